"""Spans and metrics as a collector gets them, and crawls whose collector is away or says nothing."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from archive.addresses import address_key
from archive.exceptions import WrongSetting
from crawler.health.monitoring import metrics, telemetry
from crawler.health.monitoring.collector import collect_facts
from crawler.health.monitoring.rules import Alarm
from tests.newsrooms.herald import Herald
from tests.newsrooms.newsroom import Answer
from tests.newsrooms.story_pages import HEADLINES, PARAGRAPHS
from tests.spiders.expecting.gazette import Gazette
from tests.support.collector import Collector, attributes
from tests.support.crawled_days import Day, days_of

WHOLE = {"OTEL_TRACES_SAMPLER": "always_on"}


def traced(address: str, **more: str) -> dict[str, str]:
    return {"TRIPTYCH_TELEMETRY": "True", "OTEL_EXPORTER_OTLP_ENDPOINT": address, **WHOLE, **more}


def test_a_crawl_is_a_trace(herald: Herald) -> None:
    herald.publish(1)
    herald.announce(1, 2)
    herald.site["/news/2"] = Answer(b"", 500)
    parent = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    more = {"TRACEPARENT": parent, "OTEL_SERVICE_NAME": "news", "OTEL_EXPORTER_OTLP_HEADERS": "token=x"}
    with Collector() as collector:
        run = herald.crawl(**traced(collector.address, OTEL_EXPORTER_OTLP_COMPRESSION="gzip", **more))
    assert run.exit_code == 3
    assert "elemetry" not in run.err
    [whole] = [span for span in collector.spans if span.name == "crawl"]
    assert (whole.trace_id.hex(), whole.parent_span_id.hex()) == ("a" * 32, "b" * 16)
    said = attributes(whole)
    assert said.pop("triptych.run_id")
    assert said == {
        "triptych.outlet": "herald", "triptych.finish_reason": "finished",
        "triptych.pages.archived": 3, "triptych.pages.failed.http-500": 1,
    }  # fmt: skip
    pages = {attributes(span)["triptych.article_id"]: span for span in collector.spans if span.name == "page"}
    paths = {language: f"{herald.base}{herald.path(1, language)}" for language in ("uk", "en", "ru")}
    broken = f"{herald.base}{herald.path(2)}"
    assert pages.keys() == {address_key(url).hex() for url in (*paths.values(), broken)}
    english = pages[address_key(paths["en"]).hex()]
    assert attributes(english) == {
        "triptych.article_id": address_key(paths["en"]).hex(), "triptych.language": "en",
        "triptych.outcome": "archived", "server.address": "herald.example", "http.response.status_code": 200,
    }  # fmt: skip
    parts = {span.name: span for span in collector.spans if span.parent_span_id == english.span_id}
    assert parts.keys() == {"request", "extraction", "writing"}
    moments = [
        moment
        for name in ("request", "extraction", "writing")
        for moment in (parts[name].start_time_unix_nano, parts[name].end_time_unix_nano)
    ]
    assert english.start_time_unix_nano <= moments[0]
    assert moments == sorted(moments)
    failed = pages[address_key(broken).hex()]
    assert attributes(failed)["triptych.reason"] == "http-500"
    assert failed.status.code == failed.status.STATUS_CODE_ERROR
    [commit] = [span for span in collector.spans if span.name == "commit"]
    assert attributes(commit) == {"triptych.articles": 3, "triptych.snapshot": 1}
    assert {link.span_id for link in commit.links} == {
        pages[address_key(url).hex()].span_id for url in paths.values()
    }
    # neither texts nor addresses
    sent = b"".join(collector.bodies)
    said_by_pages = [
        *HEADLINES.values(),
        *(line for lines in PARAGRAPHS.values() for line in lines),
        "/news/",
    ]
    assert not any(text.encode() in sent for text in said_by_pages)
    assert {headers["token"] for headers in collector.headers} == {"x"}
    [request, *_] = collector.requests
    resource = {one.key: one.value.string_value for one in request.resource_spans[0].resource.attributes}
    assert resource["service.name"] == "news"


@pytest.mark.parametrize("kind", ["away", "silent"])
def test_a_collector_that_fails_changes_nothing_and_is_one_line(herald: Herald, kind: str) -> None:
    herald.publish(1, languages=("en",))
    with socket.socket() as bound, Collector(answers=False) as silent:
        bound.bind(("127.0.0.1", 0))  # nobody listens
        away = f"http://127.0.0.1:{bound.getsockname()[1]}"
        address = away if kind == "away" else silent.address
        run = herald.crawl("-a", f"url={herald.base}{herald.path(1, 'en')}", **traced(address))
    assert run.exit_code == 0
    assert len(run.table("articles")) == 1
    [line] = run.err.splitlines()
    # the run, its page with three parts, two that are not there with their requests, and the commit
    assert "10 of 10 spans did not reach the collector: " in line
    assert ("Connection refused" if kind == "away" else "no answer within 2 s") in line


def test_metrics_are_those_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days_of(tmp_path / "news", [Day(en=2)])
    known = collect_facts(str(tmp_path / "news"), [Gazette])
    found = [Alarm("gazette", "debts", "…")]
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
        assert telemetry.send_metrics(metrics.families(known, found)) is None
    [request] = collector.requests
    sent = {
        (metric.name, *sorted((one.key, one.value.string_value) for one in point.attributes)): point
        for scope in request.resource_metrics[0].scope_metrics
        for metric in scope.metrics
        for point in metric.gauge.data_points
    }
    told = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in metrics.families(known, found)
        for sample in family.samples
    }
    assert sent.keys() == told.keys()
    for key, point in sent.items():
        assert point.as_double + point.as_int == pytest.approx(told[key]), key
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere")
    assert "nowhere" in (telemetry.send_metrics(metrics.families(known, found)) or "")


@pytest.mark.parametrize(
    ("sampler", "argument", "share"),
    [
        (None, None, telemetry.PAGES),
        ("parentbased_traceidratio", "0.25", 0.25),
        ("always_off", None, 0.0),
        ("traceidratio", "lots", None),
        ("jaeger_remote", None, None),
    ],
)
def test_the_standard_variables_say_how_many_pages(
    monkeypatch: pytest.MonkeyPatch, sampler: str | None, argument: str | None, share: float | None
) -> None:
    for name, value in (("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", argument)):
        if value is not None:
            monkeypatch.setenv(name, value)
    if share is None:
        with pytest.raises(WrongSetting, match="expected always_on, always_off, or traceidratio"):
            telemetry.share_of_pages()
    else:
        assert telemetry.share_of_pages() == share


def test_crawls_of_one_command_are_below_one_span(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEPARENT", "")
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
        with telemetry.span_of_all("crawl_all"):
            handed_on = os.environ["TRACEPARENT"]
    [span] = collector.spans
    assert span.name == "crawl_all"
    assert handed_on.startswith(f"00-{span.trace_id.hex()}-{span.span_id.hex()}-")


def test_what_cannot_be_sent_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    telemetry.check_telemetry()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(WrongSetting, match="OTEL_EXPORTER_OTLP_PROTOCOL='grpc': expected http/protobuf"):
        telemetry.check_telemetry()
