// Plotly itself: loaded once, and what it needs to know of the browser and the theme.

// Plotly is one file of ours, loaded once a page by whoever comes first.
function loadPlotly(base) {
  if (!window.vidvizPlotly) {
    window.vidvizPlotly = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${base}vidviz/asset/plotly.min.js`;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        window.vidvizPlotly = null;
        reject(new Error("Plotly could not be loaded from this server."));
      };
      document.head.appendChild(script);
    });
  }
  return window.vidvizPlotly;
}

function hasWebGL() {
  if (window.vidvizWebGL === undefined) {
    const context = document.createElement("canvas").getContext("webgl");
    window.vidvizWebGL = Boolean(context);
    if (context) context.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return window.vidvizWebGL;
}

// Two #rrggbb (or rgb()) colours mixed; Plotly knows no color-mix().
function mixColours(a, b, share) {
  const read = (text) => {
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = text;
    const hex = probe.fillStyle;
    return [1, 3, 5].map((at) => parseInt(hex.substr(at, 2), 16));
  };
  const [first, second] = [read(a), read(b)];
  return `rgb(${first.map((value, i) => Math.round(value * (1 - share) + second[i] * share)).join(",")})`;
}
