import assert from "node:assert/strict";
import { test } from "node:test";

import { mountFrom, siteBase } from "../../../vidviz/ui/components/assets/parts/loader.js";
import { FakeNode, openPage } from "../page.js";

const SITE = () => "http://127.0.0.1:1/app/";
const arrive = () => new Promise((done) => setTimeout(done, 0));

// A component's modules that arrive when the test says so; notes what was called.
function slowModules() {
  const noted = { urls: [], shown: [], ended: [] };
  let deliver, fail;
  const arriving = new Promise((resolve, reject) => ([deliver, fail] = [resolve, reject]));
  const entry = {
    default: (call) => {
      noted.shown.push(call.data.number);
      return () => noted.ended.push(call.data.number);
    },
  };
  const load = (urls) => {
    noted.urls.push(urls);
    return arriving;
  };
  return { noted, load, deliver: () => deliver(entry), fail: () => fail(new Error("404")) };
}

const call = (parentElement, number) => ({ parentElement, data: { number, base: "" } });

test("nothing is shown before the modules are there, then the last call alone", async () => {
  const { noted, load, deliver } = slowModules();
  const [mount, parent] = [mountFrom(["a.js", "b.js"], load, SITE), new FakeNode("div")];
  for (const number of [1, 2, 3]) mount(call(parent, number));
  assert.deepEqual(noted.shown, []);
  deliver();
  await arrive();
  assert.deepEqual(noted.shown, [3]);
  assert.deepEqual(noted.urls, [["http://127.0.0.1:1/app/a.js", "http://127.0.0.1:1/app/b.js"]]);
});

test("once they are there, each call is passed on at once", async () => {
  const { noted, load, deliver } = slowModules();
  const [mount, parent] = [mountFrom(["a.js"], load, SITE), new FakeNode("div")];
  mount(call(parent, 1));
  deliver();
  await arrive();
  mount(call(parent, 2));
  assert.deepEqual(noted.shown, [1, 2]);
});

test("two places on the page each get their own last call, from one fetch", async () => {
  const { noted, load, deliver } = slowModules();
  const mount = mountFrom(["a.js"], load, SITE);
  const [one, other] = [new FakeNode("div"), new FakeNode("div")];
  for (const [parent, number] of [
    [one, 1],
    [other, 2],
    [one, 3],
  ])
    mount(call(parent, number));
  deliver();
  await arrive();
  assert.deepEqual(noted.shown.toSorted(), [2, 3]);
  assert.equal(noted.urls.length, 1);
});

test("what has gone before the modules came is not shown", async () => {
  const { noted, load, deliver } = slowModules();
  const end = mountFrom(["a.js"], load, SITE)(call(new FakeNode("div"), 1));
  end();
  deliver();
  await arrive();
  assert.deepEqual([noted.shown, noted.ended], [[], []]);
});

test("only the end of the last call ends the view, and once", async () => {
  const { noted, load, deliver } = slowModules();
  const [mount, parent] = [mountFrom(["a.js"], load, SITE), new FakeNode("div")];
  const first = mount(call(parent, 1));
  deliver();
  await arrive();
  const second = mount(call(parent, 2));
  first();
  assert.deepEqual(noted.ended, []);
  second();
  second();
  assert.deepEqual(noted.ended, [2]);
});

test("a failure is told where the component would be, once, and goes with it", async () => {
  openPage();
  const { load, fail } = slowModules();
  const [mount, parent] = [mountFrom(["a.js"], load, SITE), new FakeNode("div")];
  mount(call(parent, 1));
  fail();
  await arrive();
  const end = mount(call(parent, 2));
  await arrive();
  const notes = parent.querySelectorAll(".vv-note");
  assert.deepEqual(
    notes.map((note) => [note.attributes.role, note.textContent.includes("Reload")]),
    [["alert", true]],
  );
  end();
  assert.equal(parent.childElementCount, 0);
});

test("the site is where Streamlit's own script comes from, else what the server says", () => {
  const page = (src) => ({ querySelector: () => src && { src }, location: { origin: "http://h:1" } });
  assert.equal(siteBase("told", page("http://h:1/proxy/static/js/index.Ab1.js")), "http://h:1/proxy/");
  assert.equal(siteBase("/tools/app/", page(null)), "http://h:1/tools/app/");
  assert.equal(siteBase("", page(null)), "http://h:1/");
  assert.equal(siteBase(undefined, page(null)), "http://h:1/");
});
