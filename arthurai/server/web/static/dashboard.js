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

  // The drawing of the server stays for printing and for browsers without script.
  function drawPlot(holder) {
    const data = JSON.parse(holder.dataset.plot);
    const frame = holder.querySelector(".frame");
    if (!window.uPlot || data.x.length < 2 || data.x.some((x) => x === null)) return;
    holder.dataset.drawn = "yes";
    const area = holder.querySelector(".area");
    const format = data.unit === "percent" ? percent : plain;
    const series = [{ label: "Time (UTC)" }];
    const columns = [data.x];
    const bands = [];
    data.series.forEach((one, i) => {
      const color = css(`--s${i % 6}`);
      series.push({ label: one.label, stroke: color, width: 2, points: { size: 5 }, value: (_, v) => format(v) });
      columns.push(one.values);
      if (one.low.length) {
        const end = { class: "end", stroke: "transparent", width: 0, points: { show: false } };
        series.push({ ...end, label: "high", value: (_, v) => format(v) }, { ...end, label: "low", value: (_, v) => format(v) });
        columns.push(one.high, one.low);
        bands.push({ series: [series.length - 2, series.length - 1], fill: `color-mix(in srgb, ${color} 15%, transparent)` });
      }
    });
    if (data.counts.length) {
      series.push({ label: "n", scale: "n", stroke: "transparent", points: { show: false }, value: (_, v) => (v === null ? "–" : v.toLocaleString("en-US")) });
      columns.push(data.counts);
    }
    const ink = css("--soft");
    const grid = { stroke: css("--rule"), width: 1 };
    const axis = { stroke: ink, grid, ticks: { show: false }, font: "12px system-ui" };
    const wide = () => Math.max(area.parentElement.clientWidth, 220);
    const plot = new uPlot({
      width: wide(), height: 236, series, bands,
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), "Etc/UTC"),
      scales: { n: { range: [0, null] } },
      axes: [axis, { ...axis, size: 58, values: (_, ticks) => ticks.map(format) }],
      cursor: { drag: { x: true, y: false, setScale: false } },
      hooks: { setSelect: [(self) => zoom(self)] },
    }, columns);
    plot.setLegend({ idx: data.x.length - 1 });
    frame.replaceWith(plot.root);
    holder.querySelectorAll(":scope > .legend, :scope > .frame:not(.counts)").forEach((part) => part.remove());
    new ResizeObserver(() => plot.setSize({ width: Math.max(holder.clientWidth, 220), height: 236 })).observe(holder);
  }

  function zoom(plot) {
    if (plot.select.width < 8) return;
    const stamp = (x) => new Date(plot.posToVal(x, "x") * 1e3).toISOString().slice(0, 19) + "Z";
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
  start(document);
  document.addEventListener("htmx:after:swap", () => { start(document); showNews(); });
})();
