"""How does the sentence go on? Watch a text generator whose prompts leave what it knows.

The generator is a table of which word follows which two, learned from the descriptions of data
sets that scikit-learn ships. Each inference is a prompt, the words that the generator adds, and for
each of them the likelihoods of the candidates. In the last two of six weeks the prompts come from
the Zen of Python, of which the generator has never heard: likelihoods fall, and answers get short.

Usage: python examples/generated_text.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import codecs
import contextlib
import io
import random
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
from sklearn import datasets

from arthurai import ArthurAI, ArthurModel, InputType, OutputType
from arthurai.query import avg_sequence_length, avg_token_likelihood, count, round_timestamp, select

SOURCES = (datasets.load_breast_cancer, datasets.load_iris, datasets.load_wine)
WORDS = 6
CANDIDATES = 3
DAYS = 42
NEW_SINCE = 28
A_DAY = 10
FIRST_DAY = pd.Timestamp("2026-01-05", tz="UTC")
Table = dict[tuple[str, ...], Counter[str]]


def words_of(text: str) -> list[str]:
    """Split a text into small words."""
    return re.findall(r"[a-z]+", text.lower())


def zen() -> list[str]:
    """Read the Zen of Python, which its module prints when imported and holds scrambled."""
    with contextlib.redirect_stdout(io.StringIO()):
        import this
    return words_of(codecs.decode(this.s, "rot13"))


def learn(words: list[str]) -> Table:
    """Count which word follows two, one and no words."""
    table: Table = defaultdict(Counter)
    for place, word in enumerate(words):
        for length in range(min(3, place + 1)):
            table[tuple(words[place - length : place])][word] += 1
    return table


def go_on(table: Table, prompt: list[str]) -> tuple[list[str], list[dict[str, float]]]:
    """Add the likeliest words; give them and the likelihoods of the best candidates of each."""
    written: list[str] = []
    likelihoods = []
    for _ in range(WORDS):
        context = tuple([*prompt, *written][-2:])
        while context not in table:
            context = context[1:]
        if not context:
            break
        followers = table[context]
        best = followers.most_common(CANDIDATES)
        likelihoods.append({word: n / followers.total() for word, n in best})
        written.append(best[0][0])
    return written, likelihoods


def write(table: Table, source: list[str], number: int, seed: int) -> pd.DataFrame:
    """Take prompts of four words from a text, and let the generator go on."""
    chance = random.Random(seed)
    rows = []
    for _ in range(number):
        start = chance.randrange(len(source) - 4)
        prompt = source[start : start + 4]
        written, likelihoods = go_on(table, prompt)
        rows.append(
            {
                "prompt": " ".join(prompt),
                "answer": " ".join(written),
                "answer_words": written,
                "likelihoods": likelihoods,
            }
        )
    return pd.DataFrame(rows)


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model and save it with its reference data."""
    model = arthur.model(
        display_name="Sentence writer",
        input_type=InputType.NLP,
        output_type=OutputType.TokenSequence,
    )
    model.build_token_sequence_model(
        "prompt",
        "answer",
        output_token_column="answer_words",  # noqa: S106 - the name of a column
        output_likelihood_column="likelihoods",
    )
    model.set_reference_data(data=reference)
    model.save()
    return model


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/generated_text")
    output.mkdir(parents=True, exist_ok=True)

    known = [word for load in SOURCES for word in words_of(load().DESCR)]
    table = learn(known)
    production = pd.concat(
        [write(table, known if day < NEW_SINCE else zen(), A_DAY, day) for day in range(DAYS)],
        ignore_index=True,
    )
    asked_at = pd.date_range(FIRST_DAY, periods=len(production), freq=pd.Timedelta(days=1) / A_DAY)
    with ArthurAI(url="local://") as arthur:
        model = onboard(arthur, write(table, known, 100, seed=1000))
        sent = model.send_inferences(production, inference_timestamps=asked_at)
        print(f"sent {sent['counts']['success']} texts; the first: {production['answer'][0]!r}")

        week = round_timestamp("week")
        likelihood = avg_token_likelihood("likelihoods").as_("likelihood")
        length = avg_sequence_length("answer_words").as_("words")
        by_week = model.query(
            select(week, count(), likelihood, length).group_by(week).order_by(week)
        )
        print("\nLikelihood and length of the texts by week")
        print(pd.DataFrame(by_week).to_string(index=False, float_format="{:.3f}".format))

        picture = output / "likelihood.png"
        model.viz.metric_series(likelihood, "day").savefig(picture)
        print(f"\nPicture: {picture}")


if __name__ == "__main__":
    main()
