"""How the components' modules reach the page, and what of Plotly's insides the map reads."""

from __future__ import annotations

import re

import pytest

from vidviz.ui.components.scripts import scripts_digest, scripts_of

pytestmark = pytest.mark.browser

VIEW = "document.querySelector('.vv-map').parentElement.parentElement.vidvizView"


@pytest.fixture
def fresh(browser, site):
    """A page whose browser has kept nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(45_000)
    yield page
    context.close()


def test_a_component_fetches_its_modules_once_and_keeps_them(fresh, site):
    asked: list[str] = []
    fresh.on("response", lambda answer: asked.append(answer.url) if "/vidviz/assets/" in answer.url else None)
    for _ in range(2):
        fresh.goto(f"{site}/?show=timeline")
        fresh.locator(".vv-timeline").wait_for()
    known = [f"{site}/vidviz/assets/{scripts_digest()}/{path}" for path in scripts_of("timeline/index.js")]
    assert sorted(set(asked)) == sorted(known)
    timing = """() => performance.getEntriesByType('resource')
        .filter((entry) => entry.name.includes('/vidviz/assets/')).map((entry) => entry.transferSize)"""
    assert set(fresh.evaluate(timing)) == {0}  # the second time they come from the browser's own store


def test_while_modules_are_under_way_nothing_stands_there_and_then_what_was_asked_last(fresh, site):
    waiting: list = []
    fresh.route("**/vidviz/assets/**/map/index.js", lambda route: waiting.append(route))
    fresh.goto(f"{site}/?show=map")
    time = fresh.get_by_role("radio", name="time", exact=True).or_(fresh.get_by_role("button", name="time", exact=True))
    time.first.click()
    fresh.get_by_text('"runs": 2').wait_for()
    assert fresh.locator(".vv").count() == 0
    assert waiting
    for route in waiting:
        route.continue_()
    fresh.locator(".vv-legend .vv-scale").wait_for()
    assert fresh.locator(".vv-map").count() == 1


def test_modules_that_do_not_come_are_told_in_the_component(fresh, site):
    fresh.route("**/vidviz/assets/**/parts/time.js", lambda route: route.abort())
    fresh.goto(f"{site}/?show=timeline")
    fresh.get_by_role("alert").filter(has_text="could not be loaded from the server").wait_for()
    assert fresh.locator(".vv-timeline").count() == 0


def test_plotly_tells_of_hovers_and_of_its_camera_where_the_map_reads_them(page, site):
    """When this fails after Plotly was upgraded: `assets/map/plotly.js` is the one file to change."""
    page.goto(f"{site}/?show=map")
    page.wait_for_function(f"() => document.querySelector('.vv-map') && {VIEW}?.drawn")
    page.get_by_role("radio", name="3", exact=True).or_(page.get_by_role("button", name="3", exact=True)).first.click()
    page.wait_for_function(f"() => {VIEW}.drawn === 3")
    page.evaluate(
        f"""() => {{ window.told = []; const {{node}} = {VIEW}.renderer;
        node.on('plotly_hover', ({{points}}) => {{
          const [{{curveNumber, pointNumber, bbox}}] = points;
          window.told.push({{curveNumber, pointNumber, ...bbox}}); }}); }}"""
    )
    area = page.locator(".vv-area").bounding_box()
    for step in range(200):
        x = area["x"] + area["width"] * (0.35 + 0.02 * (step % 12))
        page.mouse.move(x, area["y"] + area["height"] * (0.3 + 0.04 * (step // 12)))
        page.wait_for_timeout(60)
        if page.evaluate("window.told.length"):
            break
    version = page.evaluate("window.Plotly.version")
    told = page.evaluate("window.told[0]")
    assert told, f"Plotly {version} sends no plotly_hover from a scatter3d"
    wanted = ("curveNumber", "pointNumber", "x0", "x1", "y0", "y1")
    missing = [name for name in wanted if not isinstance(told.get(name), int | float)]
    assert missing == [], f"Plotly {version} no longer tells {missing} of a hover; see assets/map/plotly.js"
    row = page.evaluate(f"({{curveNumber, pointNumber}}) => {VIEW}.renderer.parts[curveNumber].rows[pointNumber]", told)
    assert page.evaluate(f"() => {VIEW}.hover.row") == row
    eye = page.evaluate(f"() => {VIEW}.renderer.node.layout.scene.camera.eye")
    assert set(eye) == {"x", "y", "z"}, f"Plotly {version} keeps no layout.scene.camera.eye; see assets/map/plotly.js"
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function(f"(before) => {VIEW}.renderer.turn?.camera.eye.x < before", arg=eye["x"])
    page.get_by_role("button", name="Fit all points").click()
    page.wait_for_function(f"(before) => {VIEW}.renderer.turn.camera.eye.x === before", arg=eye["x"])
    assert page.locator(".vv-empty").is_hidden(), page.locator(".vv-empty").inner_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_each_tool_of_the_map_has_its_word_on_it(page, site, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/?show=map")
    page.wait_for_function(f"() => document.querySelector('.vv-map') && {VIEW}?.drawn")
    page.wait_for_timeout(300)
    buttons = page.locator(".vv-tools button")
    assert buttons.all_inner_texts() == ["Pan", "Zoom", "Lasso", "Box", "In", "Out", "Fit", "PNG"]
    for button in buttons.all():
        box, map_box = button.bounding_box(), page.locator(".vv-map").bounding_box()
        assert box["x"] + box["width"] <= map_box["x"] + map_box["width"] + 0.5
        assert button.evaluate("node => node.scrollWidth <= node.clientWidth")
        assert re.search(button.inner_text(), button.get_attribute("aria-label"), re.IGNORECASE)
