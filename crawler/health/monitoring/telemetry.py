"""Spans and metrics for a collector of OpenTelemetry's, by OTLP over HTTP; on with TELEMETRY.

The standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, …) say where they go. A collector
that is away, or does not answer, costs what it would have got: spans wait in a queue of the SDK's (2,048) for
a thread, the oldest give way, and the end of a run waits for FLUSH seconds at most.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from archive.exceptions import WrongSetting
from archive.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from opentelemetry.context import Context
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Link, Span, SpanContext
    from prometheus_client import Metric

FLUSH = 2.0
"""Seconds that the end of a run, or `triptych watch`, waits for the collector."""
PAGES = 0.1
"""Share of the pages that have spans, unless OTEL_TRACES_SAMPLER says otherwise."""
_SCOPE = "triptych"
_PROTOCOL = "http/protobuf"
_SHARES = {"always_on": 1.0, "always_off": 0.0}

Values = dict[str, str | int | float | bool]


def check_telemetry() -> None:
    """Raise WrongSetting where the library is not there, or a variable asks for what is not served."""
    try:
        library = find_spec("opentelemetry.exporter.otlp.proto.http") and find_spec("opentelemetry.sdk")
    except ModuleNotFoundError:
        library = None
    if library is None:
        raise WrongSetting("TELEMETRY needs OpenTelemetry: pip install 'triptych[otel]'")
    for name in ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"):
        if os.environ.get(name, _PROTOCOL) != _PROTOCOL:
            raise WrongSetting(
                f"{name}={os.environ[name]!r}: expected {_PROTOCOL}, the only one that is sent"
            )
    share_of_pages()


def share_of_pages() -> float:
    """Return the share of pages to trace, by OTEL_TRACES_SAMPLER and _ARG. Raises WrongSetting."""
    sampler = os.environ.get("OTEL_TRACES_SAMPLER", "").lower().removeprefix("parentbased_")
    if not sampler:
        return PAGES
    if sampler in _SHARES:
        return _SHARES[sampler]
    argument = os.environ.get("OTEL_TRACES_SAMPLER_ARG", "1")
    try:
        share = float(argument)
    except ValueError:
        share = -1.0
    if sampler != "traceidratio" or not 0 <= share <= 1:
        raise WrongSetting(
            f"OTEL_TRACES_SAMPLER={sampler!r}, OTEL_TRACES_SAMPLER_ARG={argument!r}: expected always_on, "
            "always_off, or traceidratio and a number from 0 to 1"
        )
    return share


def is_off(kind: str) -> bool:
    """Tell if the standard variables switch off `TRACES` or `METRICS`."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return disabled or os.environ.get(f"OTEL_{kind}_EXPORTER", "").strip().lower() == "none"


class Spans:
    """Spans of one process, each made when it is over; a thread sends them."""

    def __init__(self) -> None:
        """Raises ValueError and OSError for variables that the library cannot follow."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased

        of_process = self

        class Counted(OTLPSpanExporter):
            def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
                result = super().export(spans)
                if result is SpanExportResult.SUCCESS:
                    of_process.delivered += len(spans)
                return result

        self.started = self.delivered = 0
        self._complaint = _LastComplaint()
        self._processor = BatchSpanProcessor(Counted())
        # pages are sampled where their spans are made; the run itself is in every trace
        provider = TracerProvider(
            sampler=ParentBased(ALWAYS_ON), resource=_resource(), shutdown_on_exit=False
        )
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer(_SCOPE, _version())

    def start(self, name: str, begun: int) -> Span:
        """Begin the span of a run, below the one of TRACEPARENT if the environment has it; ns since 1970."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {"traceparent": os.environ.get("TRACEPARENT", "")}
        return self._tracer.start_span(
            name, TraceContextTextMapPropagator().extract(carrier), start_time=begun
        )

    def add(
        self,
        name: str,
        parent: Span | SpanContext,
        times: tuple[int, int],
        values: Values,
        *,
        links: Iterable[SpanContext] = (),
        failed: bool = False,
    ) -> SpanContext:
        """Add a span that is over."""
        from opentelemetry.trace import Link

        linked: list[Link] = [Link(context) for context in links]
        span = self._tracer.start_span(
            name, _below(parent), attributes=values, links=linked, start_time=times[0]
        )
        self.end(span, times[1], {}, failed=failed)
        return span.get_span_context()

    def end(self, span: Span, at: int, values: Values, *, failed: bool = False) -> None:
        from opentelemetry.trace import Status, StatusCode

        span.set_attributes(values)
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        self.started += span.is_recording()
        span.end(at)

    def close(self) -> Callable[[], str | None]:
        """Send what is left; return what tells, after FLUSH seconds at most, what got lost, if anything."""
        wait = _in_thread(self._processor.shutdown)

        def message() -> str | None:
            wait()
            lost = self.started - self.delivered
            if not lost:
                return None
            return f"{lost} of {self.started} spans did not reach the collector: {self._complaint.last}"

        return message


@contextmanager
def span_of_all(name: str) -> Iterator[None]:
    """Put what is started here below one span: TRACEPARENT of the environment names it."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    try:
        spans = Spans()
    except (ValueError, OSError) as error:
        print(f"telemetry is off: {visible(str(error))}", file=sys.stderr)
        yield
        return
    span, carrier = spans.start(name, time.time_ns()), dict[str, str]()
    TraceContextTextMapPropagator().inject(carrier, _below(span))
    os.environ["TRACEPARENT"] = carrier["traceparent"]
    try:
        yield
    finally:
        spans.end(span, time.time_ns(), {})
        if lost := spans.close()():
            print(f"telemetry: {visible(lost)}", file=sys.stderr)


def send_metrics(families: Iterable[Metric]) -> str | None:
    """Send gauges, as in the file for Prometheus; return why they did not arrive, or None."""
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.metrics import Observation
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricExportResult, PeriodicExportingMetricReader

    results: list[MetricExportResult] = []

    class Counted(OTLPMetricExporter):
        def export(self, *arguments: Any, **options: Any) -> MetricExportResult:
            results.append(super().export(*arguments, **options))
            return results[-1]

    def observed(samples: Sequence[Any]) -> Callable[[Any], Iterator[Observation]]:
        return lambda _: (Observation(sample.value, sample.labels) for sample in samples)

    complaint = _LastComplaint()
    try:
        reader = PeriodicExportingMetricReader(Counted(), export_interval_millis=float("inf"))
        provider = MeterProvider([reader], resource=_resource(), shutdown_on_exit=False)
        meter = provider.get_meter(_SCOPE, _version())
        for family in families:
            if family.samples:
                meter.create_observable_gauge(
                    family.name, [observed(family.samples)], description=family.documentation
                )
        _in_thread(provider.force_flush)()
    except (ValueError, OSError) as error:
        return str(error)
    return None if results == [MetricExportResult.SUCCESS] else complaint.last


def _in_thread(work: Callable[[], object]) -> Callable[[], None]:
    """Begin work that may hang, and that nobody waits for at the end of the process."""
    over = threading.Event()

    def run() -> None:
        try:
            work()
        finally:
            over.set()

    def wait() -> None:
        over.wait(FLUSH)

    threading.Thread(target=run, name="telemetry", daemon=True).start()
    return wait


class _LastComplaint(logging.Handler):
    """Keeps the library's last complaint, and all of them from the log: one line tells it at the end."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = f"no answer within {FLUSH:g} s"
        logger = logging.getLogger("opentelemetry")
        # for good: what hangs complains after the end of the run
        logger.propagate = False
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()[:300]


def _below(parent: Span | SpanContext) -> Context:
    from opentelemetry.trace import NonRecordingSpan, Span, set_span_in_context

    return set_span_in_context(parent if isinstance(parent, Span) else NonRecordingSpan(parent))


def _resource() -> Resource:
    from opentelemetry.sdk.resources import Resource

    attributes: Mapping[str, str] = {"service.version": _version()}
    resource = Resource.create(attributes)
    # what the standard variables say goes over this
    if str(resource.attributes.get("service.name", "")).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": _SCOPE}))
    return resource


def _version() -> str:
    try:
        return version("triptych")
    except PackageNotFoundError:
        return ""
