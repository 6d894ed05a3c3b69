// As much of a browser's page as the components' parts ask for; what a test wants to see, it reads from the nodes.

class Style {
  properties = {};

  setProperty(name, value) {
    this.properties[name] = value;
  }
}

export class FakeNode {
  attributes = {};
  children = [];
  dataset = {};
  hidden = false;
  listeners = {};
  style = new Style();
  className = "";
  textContent = "";

  constructor(tag) {
    this.tag = tag;
  }

  get classList() {
    const read = () => new Set(this.className.split(" ").filter(Boolean));
    const write = (names) => (this.className = [...names].join(" "));
    return {
      add: (name) => write(read().add(name)),
      contains: (name) => read().has(name),
      toggle: (name, on) => {
        const names = read();
        if (on) names.add(name);
        else names.delete(name);
        write(names);
      },
    };
  }

  get childElementCount() {
    return this.children.length;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  append(...nodes) {
    this.children.push(...nodes);
    for (const node of nodes) node.parent = this;
  }

  appendChild(node) {
    this.append(node);
    return node;
  }

  prepend(node) {
    this.children.unshift(node);
    node.parent = this;
  }

  replaceChildren(...nodes) {
    this.children = [];
    this.append(...nodes);
  }

  remove() {
    this.parent.children = this.parent.children.filter((child) => child !== this);
  }

  // Every node below with this class, in the order of the page.
  querySelectorAll(selector) {
    const below = this.children.flatMap((child) => [child, ...child.querySelectorAll(selector)]);
    return below.filter((node) => node.classList.contains(selector.slice(1)));
  }

  addEventListener(name, act) {
    (this.listeners[name] ??= []).push(act);
  }

  focus() {
    FakeNode.focused = this;
  }

  // Tells the listeners of an event; says whether one of them has taken it.
  fire(name, fields = {}) {
    const event = { target: this, taken: false, stopPropagation() {}, ...fields };
    event.preventDefault = () => (event.taken = true);
    for (const act of this.listeners[name] ?? []) act(event);
    return event.taken;
  }
}

export function openPage() {
  const page = {
    createElement: (tag) => new FakeNode(tag),
    createElementNS: (_space, tag) => new FakeNode(tag),
    head: new FakeNode("head"),
  };
  globalThis.document = page;
  return page;
}

// Numbers that look random and are the same in every run (mulberry32), each between 0 and 1.
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pack(array) {
  return Buffer.from(array.buffer).toString("base64");
}
