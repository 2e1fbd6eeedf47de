"""What differs between a problem and one that was changed to have a plan, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from prepos.core.ways_out import Change
from prepos.plan.overrides import Override
from prepos.plan.problem import Problem

OF_NODES = ("storage_m3", "inbound_m3", "outbound_m3")


def list_changes(before: Problem, after: Problem) -> tuple[Change, ...]:
    """Return every limit, override and frozen line that differs, in a fixed order."""
    found = (raised_limits, loosened_rules, thinned_lines)
    return tuple(sorted(change for changes in found for change in changes(before, after)))


def raised_limits(before: Problem, after: Problem) -> Iterator[Change]:
    """Yield the limits that were raised."""
    for old, new in zip(before.network.nodes, after.network.nodes, strict=True):
        for name in OF_NODES:
            yield from raised(name, old.node_id, "m3", getattr(old, name), getattr(new, name))
    for way, now in zip(before.network.lanes, after.network.lanes, strict=True):
        yield from raised("vehicles", way.lane_id, "vehicles", way.vehicles, now.vehicles)
    if before.options.budget is not None and after.options.budget is not None:
        yield from raised("budget", "", "currency", before.options.budget, after.options.budget)


def raised(name: str, place: str, unit: str, now: float, to: float) -> Iterator[Change]:
    """Yield one limit, where it was raised."""
    if to > now:
        what = f"{name} of {place}" if place else f"plan.{name}"
        words = f"raise {what} from {now:.12g} to {to:.12g} {unit}".removesuffix(" currency")
        yield Change(name=name, place=place, unit=unit, now=now, to=to, words=words)


def loosened_rules(before: Problem, after: Problem) -> Iterator[Change]:
    """Yield the overrides that were loosened: each is known by its SKU and way."""
    old, new = set(before.overrides), set(after.overrides)
    gone, come = sorted(old - new, key=str), sorted(new - old, key=str)
    for rule in gone:
        loose = next(other for other in come if is_of(other, rule))
        come.remove(loose)
        moves = told(rule)
        was, is_now = f"{rule.rule} {rule.quantity:g}", f"{loose.rule} {loose.quantity:g}"
        if rule.rule == "forbid":
            was = "forbid"
        yield Change(
            name=rule.rule,
            place=moves,
            unit="units",
            now=rule.quantity,
            to=loose.quantity,
            words=f"change the override of {moves} from {was} to {is_now} units",
        )


def is_of(loose: Override, rule: Override) -> bool:
    """Return whether a rule may be another one loosened."""
    same = (loose.sku, loose.origin, loose.destination) == (rule.sku, rule.origin, rule.destination)
    return same and (loose.rule == rule.rule or (rule.rule, loose.rule) == ("forbid", "max"))


def thinned_lines(before: Problem, after: Problem) -> Iterator[Change]:
    """Yield the frozen lines that were made smaller, or dropped."""
    left: dict[tuple[object, ...], list[int]] = {}
    for line in after.frozen.transfers:
        key = (line.transfer_id, line.sku, line.lane_id, line.ship_date)
        left.setdefault(key, []).append(line.quantity)
    for line in before.frozen.transfers:
        key = (line.transfer_id, line.sku, line.lane_id, line.ship_date)
        quantity = left[key].pop(0) if left.get(key) else 0
        if quantity < line.quantity:
            yield Change(
                name="frozen",
                place=line.transfer_id,
                unit="units",
                now=line.quantity,
                to=quantity,
                words=f"send {quantity} instead of {line.quantity} units of {line.sku} from "
                f"{line.origin} to {line.destination} on {line.ship_date} "
                f"(frozen line {line.transfer_id})",
            )


def undo(after: Problem, before: Problem, change: Change) -> Problem:
    """Return the changed problem without one of its changes."""
    network, options, frozen = after.network, after.options, after.frozen
    if change.name == "budget":
        return replace(after, options=replace(options, budget=before.options.budget))
    if change.name == "frozen":
        kept = {line.transfer_id: line for line in frozen.transfers}
        kept |= {t.transfer_id: t for t in before.frozen.transfers if t.transfer_id == change.place}
        lines = (kept[t.transfer_id] for t in before.frozen.transfers if t.transfer_id in kept)
        return replace(after, frozen=replace(frozen, transfers=tuple(lines)))
    if change.name in ("forbid", "pin", "max", "min"):
        return replace(after, overrides=undo_rule(after, before, change))
    if change.name == "vehicles":
        lanes = zip(network.lanes, before.network.lanes, strict=True)
        ways = tuple(old if old.lane_id == change.place else new for new, old in lanes)
        return replace(after, network=replace(network, lanes=ways))
    nodes = (
        replace(node, **{change.name: change.now}) if node.node_id == change.place else node  # type: ignore[arg-type]
        for node in network.nodes
    )
    return replace(after, network=replace(network, nodes=tuple(nodes)))


def undo_rule(after: Problem, before: Problem, change: Change) -> tuple[Override, ...]:
    """Return the overrides with one as it was."""
    gone = [rule for rule in before.overrides if rule not in after.overrides]
    come = [rule for rule in after.overrides if rule not in before.overrides]
    key = (change.place, change.name, change.now)
    old = next(rule for rule in gone if (told(rule), rule.rule, rule.quantity) == key)
    loose = next(rule for rule in come if is_of(rule, old))
    return tuple(old if rule is loose else rule for rule in after.overrides)


def told(rule: Override) -> str:
    """Return what an override is of."""
    return f"{rule.sku} {rule.origin} -> {rule.destination}"
