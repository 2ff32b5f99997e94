"""Small faults in a file of ours, made by cosmic-ray: such as a person makes who changes it without care.

cosmic-ray, not mutmut: mutmut puts every fault into one process, behind a switch in its environment, while
our tests start programs, fork workers and kill them. Here a fault is a changed file, whoever reads it.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from cosmic_ray.ast import ast_nodes
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso import parse

from tests.mutants.named import Fault

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

KINDS = (
    *(
        f"ReplaceComparisonOperator_{kind}"
        for kind in (
            *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt"),
            *("Lt_GtE", "GtE_Lt", "Gt_LtE", "LtE_Gt"),
        )
    ),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "AddNot", "ReplaceUnaryOperator_Delete_Not"),
    *("ZeroIterationForLoop", "NumberReplacer", "ReplaceBinaryOperator_Add_Sub"),
    "ReplaceBinaryOperator_Sub_Add",
)
"""Of cosmic-ray's operators those whose faults people make too; to them comes LeftOut.

Not `is` to `==`, which is the same for None, nor ExceptionReplacer, which cannot read `a.Error`.
"""
FOR_THE_READER = {"frozen", "slots", "kw_only", "repr", "ensure_ascii", "indent"}
"""Arguments whose value changes nothing that is promised."""
LOGGERS = {"_log", "logger", "log"}
BUFFERS = {"_CHUNK", "_BLOCK", "_FIRST_LOOK", "_PACKED_BLOCK", "_UNPACKED_BLOCK"}
"""Sizes of single reads: another size brings the same bytes."""
PACE = {"_BUFFER", "_KEEP_SECONDS", "_PORTION", "_READING", "COLLECT_EVERY"}
"""How much is done at once, or how often: what comes of it is the same, and no document has the number."""
UNREAD_CALLS = ("lru_cache", "os._exit", "gc.set_threshold")
"""Calls whose arguments nobody can tell: sizes of caches, how a worker ends, when memory is collected."""
SAME = {
    # one byte more than a limit tells that there are more, and so do two
    r"(\b_?[A-Z_]{4,}) \+ 1\b": r"\1 + 2",
    # 15 | 17 is 15 | 16
    r"MAX_WBITS \| 16": "MAX_WBITS | 17",
}
"""What is written otherwise, and is the same."""
BORDERS = {f"ReplaceComparisonOperator_{kind}" for kind in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")}
CLOCK = re.compile(r"\b(?:now|time|monotonic|seconds|process_time|thread_time)\(\)|\bdatetime\.now\(")
"""A moment of a clock: none is the very one that it is compared with, so a border is not to be told apart."""


class LeftOut(Operator):  # type: ignore[misc]
    """A statement that never runs: a call whose value nobody wants becomes `pass`."""

    def mutation_positions(self, node: object) -> Iterator[tuple[object, object]]:
        if node.type != "atom_expr" or node.parent.type not in {"simple_stmt", "suite", "file_input"}:
            return
        last = node.children[-1]
        if last.type == "trailer" and last.children[0].value == "(":
            yield node.start_pos, node.end_pos

    def mutate(self, node: object, _: int) -> object:
        nothing = parse("pass").children[0]
        nothing.prefix = node.get_first_leaf().prefix
        return nothing

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


OPERATORS: dict[str, Operator] = {
    **{kind: get_operator(f"core/{kind}")() for kind in KINDS},
    "LeftOut": LeftOut(),
}


def faults_of(path: Path, draw: random.Random) -> Iterator[Fault]:
    """Every fault of a file, in an order by chance."""
    before = path.read_text()
    unread, moments = _unread(before), _moments(before)
    nodes = list(ast_nodes(parse(before)))
    places = [
        (kind, number, start)
        for kind, operator in OPERATORS.items()
        for number, start in enumerate(x for node in nodes for x, _ in operator.mutation_positions(node))
        if not any(first <= start < end for first, end in unread)
        and not (kind in BORDERS and any(first <= start < end for first, end in moments))
    ]
    for kind, number, start in draw.sample(places, len(places)):
        code = mutate_code(before, OPERATORS[kind], number)
        if code is not None and code != before and _is_python(code) and not _is_same(before, code, start[0]):
            yield Fault(path.as_posix(), start[0], kind, code)


def _is_same(before: str, after: str, line: int) -> bool:
    old, new = (" ".join(code.splitlines()[line - 1].split()) for code in (before, after))
    return any(re.sub(pattern, same, old) == new != old for pattern, same in SAME.items())


def _is_python(code: str) -> bool:
    """Some of its faults are none: `not` before an assignment expression."""
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _moments(code: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Comparisons with a moment of a clock."""
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Compare) and CLOCK.search(ast.unparse(node))
    ]


def _unread(code: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Parts whose change nobody could notice: annotations, docstrings, the words of a log."""
    found: list[ast.AST | None] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            found += [node.returns, *(argument.annotation for argument in arguments)]
        elif isinstance(node, ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.Assign) and (BUFFERS | PACE).issuperset(
            re.findall(r"\w+", ast.unparse(node.targets[0]))
        ):
            found.append(node.value)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found += [node.test, *node.body]
        elif isinstance(node, ast.Assert):
            found.append(node)
        elif isinstance(node, ast.Expr):
            call = node.value.func if isinstance(node.value, ast.Call) else node.value
            owner = call.value if isinstance(call, ast.Attribute) else call
            if isinstance(call, ast.Constant) or (isinstance(owner, ast.Name) and owner.id in LOGGERS):
                found.append(node)
        elif isinstance(node, ast.keyword) and node.arg in FOR_THE_READER:
            found.append(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(UNREAD_CALLS):
            found += [*node.args, *(keyword.value for keyword in node.keywords)]
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in found
        if node is not None
    ]
