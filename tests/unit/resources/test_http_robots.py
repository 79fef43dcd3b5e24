"""robots.txt as RFC 9309 has it, against a real server."""

from __future__ import annotations

import gzip

import pytest

from pipeline.resources.fetcher import Failed, Fetched


def fetch_all(fetcher, urls):
    async def work():
        return [await fetcher.fetch(url) for url in urls]

    return fetcher.run(work)


def test_what_is_forbidden_is_not_asked_for(site, fetcher):
    site.add("/robots.txt", b"User-agent: *\nDisallow: /private\nAllow: /private/open\n", type="text/plain")
    urls = [site.add(p) for p in ("/private/a", "/private/open", "/public")]
    results = fetch_all(fetcher(), urls)
    assert [isinstance(r, Fetched) for r in results] == [False, True, True]
    assert results[0].reason_code == "robots"
    assert site.paths(robots=True) == ["/robots.txt", "/private/open", "/public"]


def test_the_group_that_names_this_client_wins(site, fetcher):
    rules = b"User-agent: *\nDisallow:\n\nUser-agent: OnRecord\nDisallow: /\n"
    site.add("/robots.txt", rules, type="text/plain")
    (result,) = fetch_all(fetcher(), [site.add("/a")])
    assert result.reason_code == "robots"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_rules_forbid_nothing(site, fetcher, status):
    site.add("/robots.txt", b"", status=status)
    (result,) = fetch_all(fetcher(), [site.add("/a")])
    assert isinstance(result, Fetched)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_rules_that_cannot_be_had_forbid_everything_for_the_run(site, fetcher, status):
    site.add("/robots.txt", b"", status=status)
    results = fetch_all(fetcher(), [site.add("/a"), site.add("/b"), site.add("/c", host=3)])
    assert [getattr(r, "reason_code", "") for r in results] == ["robots", "robots", ""]
    assert set(site.paths()) == {"/c"}
    assert [s.host for s in site.seen if s.path == "/robots.txt"].count("127.0.0.2") == 3


def test_a_host_that_does_not_answer_costs_one_wait(site, fetcher):
    site.add("/robots.txt", handler=lambda request: site.release.wait(60) and None)
    results = fetch_all(fetcher(request_timeout_seconds=1.0), [site.add("/a"), site.add("/b")])
    assert [r.reason_code for r in results if isinstance(r, Failed)] == ["network", "network"]
    assert site.paths(robots=True) == ["/robots.txt"] * 2


def test_redirected_and_compressed_rules_count(site, fetcher):
    site.redirect("/robots.txt", site.url("/rules", host=3))
    packed = gzip.compress(b"User-agent: *\nDisallow: /\n")
    site.add("/rules", packed, type="text/plain", headers={"Content-Encoding": "gzip"}, host=3)
    (result,) = fetch_all(fetcher(), [site.add("/a")])
    assert result.reason_code == "robots"


def test_a_redirect_is_judged_by_the_rules_of_where_it_leads(site, fetcher):
    site.add("/robots.txt", b"User-agent: *\nDisallow: /b\n", type="text/plain", host=3)
    site.add("/b", host=3)
    (result,) = fetch_all(fetcher(), [site.redirect("/a", site.url("/b", host=3))])
    assert result.reason_code == "robots"
    assert "/b" not in site.paths()


def test_only_the_beginning_of_endless_rules_is_read(site, fetcher):
    rules = b"User-agent: *\nDisallow: /a\n" + b"# padding\n" * 10_000
    site.add("/robots.txt", rules, type="text/plain")
    results = fetch_all(fetcher(max_robots_bytes=1000), [site.add("/a"), site.add("/b")])
    assert [getattr(r, "reason_code", "") for r in results] == ["robots", ""]


@pytest.mark.parametrize(("asked", "waited"), [("5", 5), ("600", 30)])
def test_a_crawl_delay_is_kept_within_reason(site, fetcher, clock, asked, waited):
    site.add("/robots.txt", f"User-agent: *\nCrawl-delay: {asked}\n".encode(), type="text/plain")
    urls = [site.add(p) for p in ("/a", "/b", "/c")]
    began = clock.seconds
    fetch_all(fetcher(host_spacing_seconds=0.5), urls)
    assert clock.seconds - began >= 3 * waited
    assert clock.seconds - began < 3 * waited + 2


def test_pages_may_forbid_and_other_hosts_not(site, fetcher):
    site.add("/robots.txt", b"User-agent: *\nDisallow: /\n", type="text/plain")
    results = fetch_all(fetcher(), [site.add("/a"), site.add("/a", host=3)])
    assert [getattr(r, "reason_code", "ok") for r in results] == ["robots", "ok"]
