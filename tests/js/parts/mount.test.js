import assert from "node:assert/strict";
import { test } from "node:test";

import { mountView } from "../../../vidviz/ui/components/assets/parts/mount.js";
import { FakeNode, openPage } from "../page.js";

openPage();

class View {
  static made = [];
  seen = [];

  constructor(root) {
    this.root = root;
    View.made.push(this);
  }

  update(data) {
    this.seen.push(data);
  }

  end() {
    this.ended = true;
  }
}

test("one view for each parent: made once, updated after, ended with its node", () => {
  const parentElement = new FakeNode("div");
  const sent = [];
  const component = (data) => ({ data, parentElement, setTriggerValue: (...told) => sent.push([data, ...told]) });
  mountView(component(1), View);
  const end = mountView(component(2), View);
  const [view] = View.made;
  assert.deepEqual([View.made.length, view.seen, parentElement.childElementCount], [1, [1, 2], 1]);
  view.send("clicked", 7);
  assert.deepEqual(sent, [[2, "clicked", 7]]);
  end();
  assert.ok(view.ended);
  assert.equal(parentElement.childElementCount, 0);
  mountView(component(3), View);
  assert.equal(View.made.length, 2);
  end(); // of a view that has gone: the new one stays
  assert.equal(parentElement.childElementCount, 1);
  assert.equal(parentElement.vidvizView, View.made[1]);
});
