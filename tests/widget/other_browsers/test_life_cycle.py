"""What elements leave behind that a page removes, in Firefox and in WebKit."""

from tests.support.site import Site
from tests.widget.other_browsers.pages import strict_page
from tests.widget.other_browsers.tab import Tab

COUNT_LISTENERS = """() => {
  window.live = [];
  for (const target of [window, document, visualViewport]) {
    const { addEventListener, removeEventListener } = target;
    const forget = (listener) => { live = live.filter((other) => other !== listener); };
    target.addEventListener = (type, listener, options) => {
      live.push(listener);
      options?.signal?.addEventListener('abort', () => forget(listener));
      addEventListener.call(target, type, listener, options);
    };
    target.removeEventListener = (type, listener, options) => {
      forget(listener);
      removeEventListener.call(target, type, listener, options);
    };
  }
}"""
MOUNT_AND_REMOVE = """async (times) => {
  let most = 0;
  for (let i = 0; i < times; i += 1) {
    const element = document.createElement('book-online');
    document.querySelector('main').append(element);
    await element.open({ service: 'dry-needling' });
    most = Math.max(most, live.length);
    element.remove();
    await new Promise((done) => setTimeout(done));
  }
  return most;
}"""
LEFT = """[
  live.length,
  document.querySelectorAll("*").length,
  getComputedStyle(document.documentElement).overflowY,
]"""
MOUNTS = 8
"""More of them in one second are refused by the limits of a client."""


async def test_mounts_leave_no_listener_and_no_node(site: Site, tab: Tab) -> None:
    async with strict_page(site, "") as page:
        await tab.goto(page)
        await tab.waits_for("!!customElements.get('book-online')")
        await tab.call(COUNT_LISTENERS)
        before = await tab.evaluate(LEFT)
        assert await tab.call(MOUNT_AND_REMOVE, MOUNTS) > 0
        assert await tab.evaluate(LEFT) == before
        assert await tab.evaluate("mistakes") == []
