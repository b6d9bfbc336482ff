-- Over time within each site: means of the valid parts (energy and vector likewise), sums of the valid parts for
-- increments, counts and accumulators; extremes of everything that was read, because a reading proves its value.
-- A profile is the mean of the valid hours for every kind; an hour without a reading has no extreme to be averaged.
insert into site_period
with rolled as (
    select c.point, t.start, sum(case when c.valid then c.linear end) as total,
        count(*) filter (c.valid) as n_valid, count(c.linear) filter (c.valid) as n_linear,
        sum(case when c.valid then c.u end) as u,
        sum(case when c.valid then c.v end) as v, sum(case when c.valid then c.w end) as w,
        sum(case when c.valid then c.capacity end) as capacity, min(c.minimum) as minimum,
        max(c.maximum) as maximum, sum(c.n)::bigint as n, sum(c.excluded)::bigint as excluded,
        sum(c.covered)::bigint as covered, max(case when c.valid then c.sensor_class end) as sensor_class
    from {source} c join rolling_slot t on t.inner_start = c.start
    where {condition}
    group by c.point, t.start
)
select $basis, $period, point, r.start, w.stop,
    case when o.kind = 'extreme_max' and not $profile then r.maximum
        when o.kind = 'extreme_min' and not $profile then r.minimum
        when o.kind in ('increment', 'count', 'accumulator') and not $profile then total
        when n_linear > 0 then total / n_linear end,
    r.u / n_valid, r.v / n_valid, r.w / n_valid, r.capacity / n_valid, r.minimum, r.maximum, r.n, r.excluded,
    r.covered, w.length, r.sensor_class, n_valid, w.parts,
    n_valid > 0 and n_valid >= case
        when o.kind in ('increment', 'count', 'accumulator') and not $profile then w.needed_sums else w.needed end
from rolled r join rolling_point o using (point) join rolling_window w on w.start = r.start
