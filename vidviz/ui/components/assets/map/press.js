// A hand that holds a button down: nothing is drawn anew under it, Plotly would lose its hold.

export class Press {
  /** @type {Promise<unknown>} */
  over = Promise.resolve(); // fulfilled while no button is down
  release = () => {};

  /** @param {HTMLElement} box whose presses count */
  constructor(box) {
    box.addEventListener("pointerdown", () => this.begin(), true);
  }

  begin() {
    this.release();
    const letting = new AbortController();
    this.over = new Promise((done) => {
      this.release = () => {
        letting.abort();
        setTimeout(done, 0); // after the mouse events that go with it
      };
    });
    const { release } = this;
    const options = { capture: true, signal: letting.signal };
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, release, options);
    window.addEventListener("pointermove", (event) => event.buttons || release(), options);
  }
}
