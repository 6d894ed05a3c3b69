// The stand-alone map: draws the figure and shows the clip under the pointer. Names are put in as text alone.
"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const at = (id) => document.getElementById(id);
  const figure = read("figure");
  const clips = read("clips");
  const map = at("map");
  const card = at("card");
  const poster = at("poster");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const pointer = { x: 0, y: 0 };

  // The page's colours as a part of the figure's layout.
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const [paper, ink, quiet] = ["--paper", "--ink", "--quiet"].map((name) => style.getPropertyValue(name).trim());
    return {
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      font: { color: ink },
      modebar: { color: quiet, activecolor: ink, bgcolor: "rgba(0,0,0,0)" },
    };
  };

  const write = (id, text) => {
    at(id).textContent = text;
    at(id).hidden = !text;
  };

  const place = () => {
    const { width, height } = card.getBoundingClientRect();
    const left = pointer.x + 18 + width > innerWidth ? pointer.x - width - 18 : pointer.x + 18;
    const top = Math.min(pointer.y + 14, innerHeight - height - 8);
    card.style.left = `${Math.max(4, left)}px`;
    card.style.top = `${Math.max(4, top)}px`;
  };

  const show = (row) => {
    const picture = clips.posters[clips.ids[row]];
    write("name", clips.titles[clips.title_index[row]]);
    write("label", clips.labels[clips.label_index[row]]);
    write("span", clips.spans[row]);
    poster.hidden = !picture;
    if (picture) poster.src = `data:image/webp;base64,${picture}`;
    card.hidden = false;
    place();
  };

  addEventListener("mousemove", (event) => {
    pointer.x = event.clientX;
    pointer.y = event.clientY;
  }, true);
  poster.addEventListener("load", place);

  Plotly.newPlot(map, figure.data, { ...figure.layout, ...colours() }, {
    displaylogo: false,
    showSendToCloud: false, // nothing leaves this page
    plotlyServerURL: "",
    responsive: true,
    scrollZoom: true,
    toImageButtonOptions: { filename: "map", scale: 2 },
  }).then(() => {
    dark.addEventListener("change", () => Plotly.relayout(map, colours()));
    map.on("plotly_hover", (event) => {
      const row = event.points[0] && event.points[0].customdata;
      if (Number.isInteger(Number(row)) && row !== undefined && row !== null) show(Number(row));
    });
    map.on("plotly_unhover", () => { card.hidden = true; });
    map.dataset.ready = "true";
  });
})();
