"""The exact form of a plan over several periods, one linear program: a peer of shifted ranks.

Stock that a period does not use is carried on, so what lies where is an expectation, and the flow
has gains. Tranches are those of each period's own demand. Departures of the first period are
rounded to whole units by largest remainders, within stock and room; later ones are decided anew.

References
----------
Ahuja, Magnanti and Orlin (1993), Network Flows, chapter 15: generalised flows, flows with gains.
"""

from __future__ import annotations

import highspy
import numpy as np
from rolling_world import World

from prepos.core.types import FloatArray, IntArray
from prepos.plan.program import Entries, Program
from prepos.plan.tranches import cut_ranks, expected_served

WHOLE = 1e-6  # of a unit: less is the solver's tolerance


def decide(world: World, on_hand: IntArray, coming: IntArray, now: int, horizon: int) -> IntArray:
    """Return units to send now (O, F, K).

    Parameters
    ----------
    on_hand : (N, K) int
        Origins first.
    coming : (T, N, K) int
        Units that arrive at the beginning of each period from now on.
    """
    program, sent = draft(world, on_hand, coming, now, horizon)
    return round_units(world, solve(program)[sent], on_hand, coming)


def solve(program: Program) -> FloatArray:
    """Return the best values, by an interior point: a tenth of the simplex's time on these."""
    solver, model = highspy.Highs(), highspy.HighsLp()
    for option, value in (("output_flag", False), ("solver", "ipm"), ("threads", 1)):
        solver.setOptionValue(option, value)
    model.num_row_, model.num_col_ = program.matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, program.lower, program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.matrix.indptr
    model.a_matrix_.index_ = program.matrix.indices
    model.a_matrix_.value_ = program.matrix.data
    solver.passModel(model)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, "the program has no end"
    return np.array(solver.getSolution().col_value)


def draft(
    world: World, on_hand: IntArray, coming: IntArray, now: int, horizon: int
) -> tuple[Program, IntArray]:
    """Return the program, and the columns (O, F, K) of what is sent now."""
    origins, forwards, nodes, skus = world.origins, world.forwards, world.nodes, world.skus
    periods, columns = np.arange(horizon), 0

    def number(*shape: int) -> IntArray:
        nonlocal columns
        columns += int(np.prod(shape))
        return np.arange(columns - int(np.prod(shape)), columns).reshape(shape)

    send = number(horizon, origins, forwards, skus)
    lying = number(horizon, nodes, skus)
    chance, width, period, zone, sku = tranches(world, now, horizon)
    server = world.servers[zone]  # (L, J)
    use = number(*server.shape)
    balance = np.arange(horizon * nodes * skus).reshape(lying.shape)
    risk, there = balance + balance.size, balance + 2 * balance.size
    within = 3 * balance.size + np.arange(len(zone))
    room = within[-1] + 1 + np.arange(horizon * forwards).reshape(horizon, forwards)
    rows = int(room[-1, -1]) + 1
    upper = np.full(rows, np.inf)
    lower = np.full(rows, -np.inf)
    entries = Entries()

    def put(row: IntArray, column: IntArray, value: FloatArray | float) -> None:
        shape = np.broadcast_shapes(row.shape, column.shape, np.shape(value))
        spread = [np.broadcast_to(a, shape).ravel() for a in (row, column, value)]
        entries.add(spread[0], spread[1], spread[2].astype(np.float64))

    arrives = periods[:, None, None] + world.lead_periods  # (T, O, F)
    t, o, f = np.nonzero(arrives < horizon)
    to = origins + f
    put(balance, lying, 1.0)
    put(balance[1:], lying[:-1], -1.0)
    put(balance[:, :origins, None], send.transpose(0, 1, 2, 3), 1.0)
    put(balance[arrives[t, o, f], to], send[t, o, f], -1.0)
    place = balance[period[:, None], server, sku[:, None]]
    put(place, use, chance[:, None])
    lower[balance] = upper[balance] = coming[:horizon]
    lower[balance[0]] += on_hand
    upper[balance[0]] += on_hand
    put(risk, lying, -1.0)
    put(risk[period[:, None], server, sku[:, None]], use, 1.0 - chance[:, None])
    upper[risk] = 0.0
    put(there[:, :origins, None], send, 1.0)
    put(there[1:, :origins], lying[:-1, :origins], -1.0)
    upper[there] = coming[:horizon]
    upper[there[0]] += on_hand
    put(within[:, None], use, 1.0)
    upper[within] = width
    put(room[arrives[t, o, f], f][:, None], send[t, o, f], world.volume_m3)
    upper[room] = world.room_m3 - coming[:horizon, origins:] @ world.volume_m3
    cost, most = np.zeros(columns), np.full(columns, np.inf)
    cost[send] = world.fare[:, :, None]
    most[send[arrives >= horizon]] = 0.0
    cost[lying[:, origins:]] = world.holding_cost
    cost[lying[-1, origins:]] += world.return_cost
    saved = world.service[server, zone[:, None]] - world.shortage_cost[sku][:, None]
    cost[use] = chance[:, None] * saved
    program = Program(
        cost=cost,
        lower=np.zeros(columns),
        upper=most,
        integer=np.zeros(columns, dtype=np.bool_),
        matrix=entries.matrix(rows, columns),
        row_lower=lower,
        row_upper=upper,
        constant=float(
            (world.mean[now : now + horizon].sum(axis=(0, 1)) * world.shortage_cost).sum()
        ),
    )
    return program, send[0]


def tranches(
    world: World, now: int, horizon: int
) -> tuple[FloatArray, FloatArray, IntArray, IntArray, IntArray]:
    """Return chance of use, width, period, catchment and SKU (L,) of each period's tranches."""
    mean = world.mean[now : now + horizon]
    period, zone, sku = np.nonzero(mean > 0)
    wanted = mean[period, zone, sku]
    scatter = np.full_like(wanted, world.dispersion)
    cell, low, high = cut_ranks(wanted, scatter)
    gained = [expected_served(wanted[cell], scatter[cell], end) for end in (low, high)]
    width = (high - low).astype(np.float64)
    return (gained[1] - gained[0]) / width, width, period[cell], zone[cell], sku[cell]


def round_units(world: World, amount: FloatArray, on_hand: IntArray, coming: IntArray) -> IntArray:
    """Return whole units (O, F, K), largest remainders first, within stock and room."""
    units = np.floor(amount + WHOLE).astype(np.int64)
    rest = amount - units
    stock = on_hand[: world.origins] + coming[0, : world.origins] - units.sum(axis=1)
    room = world.room_m3 - coming[:, world.origins :] @ world.volume_m3  # (T, F)
    for o, f, k in np.argwhere(units > 0):
        room[world.lead_periods[o, f], f] -= units[o, f, k] * world.volume_m3[k]
    wanted = np.rint(rest.sum(axis=(0, 1)))
    for flat in np.argsort(-rest, axis=None, kind="stable"):
        o, f, k = np.unravel_index(flat, rest.shape)
        if rest[o, f, k] <= WHOLE:
            break
        arrives = world.lead_periods[o, f]
        if wanted[k] > 0 and stock[o, k] > 0 and room[arrives, f] >= world.volume_m3[k]:
            units[o, f, k] += 1
            stock[o, k] -= 1
            room[arrives, f] -= world.volume_m3[k]
            wanted[k] -= 1
    return units
