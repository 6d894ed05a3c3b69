// How a component becomes a view on the page.

/**
 * What Streamlit gives a component's function.
 *
 * @template Data
 * @typedef {object} Component
 * @property {Data} data
 * @property {(HTMLElement | ShadowRoot) & { vidvizView?: View<Data> }} parentElement
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

/**
 * What a component puts on the page: made once, updated with each run's data, ended when Streamlit unmounts it.
 *
 * @template Data
 * @typedef {object} View
 * @property {HTMLElement} root
 * @property {(name: string, value: unknown) => void} send tells the server what a person did
 * @property {(data: Data) => void} update
 * @property {() => void} end
 */

/**
 * Streamlit calls a component's function again whenever its data change, on the same parent element. This keeps one
 * view for each parent, and returns what ends it.
 *
 * @template Data
 * @param {Component<Data>} component
 * @param {new (root: HTMLElement) => View<Data>} ViewType
 */
export function mountView(component, ViewType) {
  const parent = component.parentElement;
  if (!parent.vidvizView) {
    const root = document.createElement("div");
    root.className = "vv";
    parent.appendChild(root);
    parent.vidvizView = new ViewType(root);
  }
  const view = parent.vidvizView;
  view.send = (name, value) => component.setTriggerValue(name, value);
  view.update(component.data);
  return () => {
    if (parent.vidvizView !== view) return;
    view.end();
    view.root.remove();
    delete parent.vidvizView;
  };
}
