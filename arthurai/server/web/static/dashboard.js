// What the pages do beyond reading: send forms on change, copy queries, draw lines with a cursor.
(() => {
  "use strict";

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function wireForms(root) {
    for (const field of root.querySelectorAll("[data-submit]")) {
      if (field.dataset.wired) continue;
      field.dataset.wired = "yes";
      field.addEventListener("change", () => field.form.requestSubmit());
    }
  }

  function wireCopying(root) {
    for (const box of root.querySelectorAll(".copy")) {
      if (box.querySelector("button") || !navigator.clipboard) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(box.querySelector("pre").textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      box.append(button);
    }
  }

  function percent(value) {
    return value === null || value === undefined ? "–" : `${(100 * value).toFixed(1)} %`;
  }

  function plain(value) {
    return value === null || value === undefined ? "–" : Number(value.toPrecision(4)).toLocaleString("en-US");
  }

  const DAY = 86400;

  function stamps(_, ticks, __, ___, step) {
    return ticks.map((tick) => {
      const iso = new Date(tick * 1e3).toISOString();
      if (step >= 28 * DAY) return iso.slice(0, 7);
      return step >= DAY || iso.slice(11, 16) === "00:00" ? iso.slice(5, 10) : iso.slice(11, 16);
    });
  }

  // The drawing of the server stays for printing and for browsers without script. Its legend shows
  // the last values, and those under the cursor.
  function drawPlot(holder) {
    const data = JSON.parse(holder.dataset.plot);
    if (!window.uPlot || data.x.length < 2 || data.x.some((x) => x === null)) return;
    holder.dataset.drawn = "yes";
    const format = data.unit === "percent" ? percent : plain;
    const series = [{}];
    const columns = [data.x];
    const bands = [];
    const most = Math.max(...data.counts, 1);
    if (data.counts.length) {
      const bars = uPlot.paths.bars({ size: [0.7, 26] });
      series.push({ scale: "n", paths: bars, fill: css("--rule"), width: 0, points: { show: false } });
      columns.push(data.counts);
    }
    data.series.forEach((one, i) => {
      const color = css(`--s${i % 6}`);
      if (one.low.length) {
        const end = { width: 0, points: { show: false } };
        series.push(end, { ...end });
        columns.push(one.high, one.low);
        bands.push({ series: [series.length - 2, series.length - 1], fill: `color-mix(in srgb, ${color} 15%, transparent)` });
      }
      series.push({ stroke: color, width: 2, points: { size: 5, fill: css("--paper") } });
      columns.push(one.values);
    });
    const axis = { stroke: css("--soft"), grid: { stroke: css("--rule"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const keys = [...holder.querySelectorAll(".legend b")];
    const last = keys.map((key) => key.textContent);
    const when = document.createElement("span");
    holder.querySelector(".legend").append(when);
    const show = (index) => {
      keys.forEach((key, i) => { key.textContent = index == null ? last[i] : format(data.series[i].values[index]); });
      if (index == null) { when.textContent = ""; return; }
      const time = new Date(data.x[index] * 1e3).toISOString().slice(0, 16).replace("T", " ").replace(" 00:00", "");
      when.textContent = time + (data.counts.length ? `, n ${data.counts[index].toLocaleString("en-US")}` : "");
    };
    const wide = () => Math.max(holder.clientWidth, 220);
    const height = 250;
    const plot = new uPlot({
      width: wide(), height, series, bands,
      legend: { show: false },
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), "Etc/UTC"),
      scales: {
        y: data.unit === "count" ? { range: (_, low, high) => uPlot.rangeNum(0, high, 0.1, true) } : {},
        n: { range: [0, most * 5] },
      },
      axes: [{ ...axis, values: stamps, space: 60 }, { ...axis, size: 62, values: (_, ticks) => ticks.map(format) }],
      cursor: { drag: { x: true, y: false, setScale: false } },
      hooks: { setSelect: [(self) => zoom(self, data.zoned)], setCursor: [(self) => show(self.cursor.idx)] },
    }, columns);
    holder.querySelectorAll(":scope > .frame").forEach((part) => part.remove());
    holder.append(plot.root);
    new ResizeObserver(() => plot.setSize({ width: wide(), height })).observe(holder);
  }

  function zoom(plot, zoned) {
    if (plot.select.width < 8) return;
    const stamp = (x) => new Date(plot.posToVal(x, "x") * 1e3).toISOString().slice(0, 19) + (zoned ? "" : "Z");
    const address = new URL(location.href);
    address.searchParams.delete("range");
    address.searchParams.set("from", stamp(plot.select.left));
    address.searchParams.set("to", stamp(plot.select.left + plot.select.width));
    location.assign(address);
  }

  function start(root) {
    wireForms(root);
    wireCopying(root);
    if (!matchMedia("print").matches) root.querySelectorAll("[data-plot]:not([data-drawn])").forEach(drawPlot);
  }

  // New data are shown at once, unless somebody is reading or typing where they would appear.
  function showNews() {
    const news = document.querySelector("[data-news]");
    const busy = document.querySelector("main details[open]") || document.activeElement.matches("input, select, textarea");
    if (!news || busy) return;
    const back = news.dataset.news;
    delete news.dataset.news;
    htmx.ajax("GET", back, { target: "#main", select: "#main", swap: "outerHTML" });
  }

  document.documentElement.classList.add("scripted");
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  start(document);
  document.addEventListener("htmx:after:swap", () => { start(document); showNews(); });
})();
