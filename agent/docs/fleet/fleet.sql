-- Everything that the fleet's database is: tables, how one event is received, the views for the operator.
-- It may be run again at any time; it loses nothing. For PostgreSQL 14 and later, by a superuser.

\set ON_ERROR_STOP on
create schema if not exists kextwatch;
create extension if not exists pgcrypto schema kextwatch;
set search_path = kextwatch;

-- ---------------------------------------------------------------- what is kept

-- Every event once. Heartbeats are not kept here: they only say that a Mac lives and how it is.
create table if not exists event (
  id        text primary key,
  mac       text not null,                       -- the serial number; the source where there is none
  stream    text,
  number    bigint,
  type      text not null,
  at        timestamptz not null,                -- by the Mac's clock, but never after it was received
  received  timestamptz not null default now(),
  verdict   text,
  reason    text,
  body      jsonb not null
);
create index if not exists event_of_mac on event (mac, at);
create index if not exists event_by_age on event (received);

-- Every Mac once, with its newest status.
create table if not exists mac (
  mac               text primary key,
  heard             timestamptz not null,        -- by our clock
  interval_seconds  integer,                     -- of its last heartbeat; null: there was none
  stream            text,                        -- the place of the status: stream and number,
  number            bigint,                      -- or else the moment of the look
  observed          timestamptz,
  type              text,
  verdict           text,
  reason            text,
  since             timestamptz,
  status            jsonb
);

-- Which numbers of a stream are here.
create table if not exists stream (
  mac       text not null,
  stream    text not null,
  began     timestamptz not null,
  heard     timestamptz not null,
  numbers   int8multirange not null,
  announced bigint not null,                     -- the last number that a heartbeat told of
  primary key (mac, stream)
);

-- Which numbers a Mac says it lost, and why.
create table if not exists dropped (
  mac     text not null,
  stream  text not null,
  reason  text not null,
  numbers int8range not null,
  primary key (mac, stream, reason, numbers),
  foreign key (mac, stream) references stream on delete cascade
);

-- ---------------------------------------------------------------- is it from one of ours?

-- The secret in a file of the folder "secrets" in the data directory; null if there is no such file,
-- empty if it holds none.
create or replace function secret(name text) returns bytea
language sql volatile set search_path = kextwatch, pg_temp as $$
  select decode(coalesce(substring(content from '^\s*(?:whsec_)?([A-Za-z0-9+/=]+)'), ''), 'base64')
  from pg_read_file('secrets/' || name, 0, 1000, true) content where content is not null
$$;

-- A Mac that has a secret of its own is believed by that alone; any other by the fleet's.
-- Beside each there may be the one that it replaces.
create or replace function secrets_of(mac text) returns setof bytea
language sql volatile set search_path = kextwatch, pg_temp as $$
  with own as materialized (
    select secret('macs/' || mac || ending) key from unnest(array['', '.previous']) ending
    where mac ~ '^[A-Za-z0-9]{1,64}$'
  ), fleet as (
    select secret('fleet' || ending) key from unnest(array['', '.previous']) ending
  )
  select key from own where length(key) >= 24
  union all
  select key from fleet where length(key) >= 24 and not exists (select from own where key is not null)
$$;

-- Digests are compared, so that the time which it takes tells nothing.
create or replace function is_signed(mac text, id text, moment text, signatures text, body bytea) returns boolean
language sql volatile set search_path = kextwatch, pg_temp as $$
  select case when id ~ '^[A-Za-z0-9_]{1,64}$' and moment ~ '^[0-9]{1,12}$' then
    abs(extract(epoch from clock_timestamp()) - moment::bigint) <= 300
    and exists (
      select from secrets_of(mac) key, unnest(string_to_array(signatures, ' ')) given
      where digest(given, 'sha256') = digest('v1,' || encode(
        hmac(convert_to(id || '.' || moment || '.', 'UTF8') || body, key, 'sha256'), 'base64'), 'sha256'))
    end
$$;

-- ---------------------------------------------------------------- one event

-- Keeps one event and tells the status to answer: 204 it is kept (or was), 401 it is not from one of ours,
-- 400 it is none of our events. Any error means: not kept.
create or replace function receive(id text, moment text, signatures text, bytes bytea) returns integer
language plpgsql security definer set search_path = kextwatch, pg_temp as $$
#variable_conflict use_column
declare
  told      jsonb;       -- the body
  who       text;        -- the Mac
  kind      text;        -- the type
  happened  timestamptz;
  flow      text;        -- the stream
  place     bigint;      -- the number in it; a heartbeat has the last one's
  its       jsonb;       -- the status that came along
  looked    timestamptz; -- when the Mac looked
  so_since  timestamptz;
  pause     integer;
  lost      int8range;
begin
  begin
    -- jsonb can hold any character but NUL
    told := regexp_replace(convert_from(bytes, 'UTF8'), '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g');
  exception when data_exception or program_limit_exceeded then
    told := null;
  end;
  who := coalesce(told ->> 'subject', told ->> 'source');
  if is_signed(who, id, moment, signatures, bytes) is not true then
    return 401;
  end if;

  begin
    kind := told ->> 'type';
    happened := least((told ->> 'time')::timestamptz, now());
    flow := told ->> 'streamid';
    place := coalesce(told ->> 'sequence', told #>> '{data,lastSequence}')::bigint;
    its := told #> '{data,status}';
    looked := least((its ->> 'observedAt')::timestamptz, happened); -- nothing is later than now
    so_since := (its ->> 'verdictSince')::timestamptz;
    pause := (told #>> '{data,intervalSeconds}')::integer;
    if kind = 'org.kextwatch.events.dropped' then
      lost := int8range((told #>> '{data,fromSequence}')::bigint, (told #>> '{data,toSequence}')::bigint, '[]');
    end if;
  exception when data_exception then
    return 400;
  end;
  if told ->> 'id' is distinct from id or who is null or kind is null or happened is null
    or lower_inf(lost) or upper_inf(lost) then
    return 400;
  end if;

  if kind <> 'org.kextwatch.status.heartbeat' then
    insert into event (id, mac, stream, number, type, at, verdict, reason, body)
    values (receive.id, who, flow, place, kind, happened, its ->> 'verdict', its ->> 'reason', told)
    on conflict do nothing;
    if not found or kind = 'org.kextwatch.webhook.test' then
      return 204; -- it is here already, or says nothing about the watcher
    end if;
  end if;

  if flow is not null then
    insert into stream as known (mac, stream, began, heard, numbers, announced)
    values (who, flow, now(), now(),
      case when told ? 'sequence' then int8multirange(int8range(place, place, '[]')) else '{}' end, coalesce(place, 0))
    on conflict (mac, stream) do update set
      heard = excluded.heard,
      numbers = known.numbers + excluded.numbers,
      announced = greatest(known.announced, excluded.announced);
    if lost is not null then
      insert into dropped (mac, stream, reason, numbers) values (who, flow, told #>> '{data,reason}', lost)
      on conflict do nothing;
    end if;
  end if;

  insert into mac as known (mac, heard, interval_seconds) values (who, now(), pause)
  on conflict (mac) do update set
    heard = excluded.heard,
    interval_seconds = coalesce(excluded.interval_seconds, known.interval_seconds);

  -- Within a stream the number tells which status is newer, else the moment of the look.
  update mac set
    stream = coalesce(flow, stream),
    number = case when flow is null then number else place end,
    observed = looked,
    type = kind,
    verdict = its ->> 'verdict',
    reason = its ->> 'reason',
    since = coalesce(so_since,
      case when verdict = its ->> 'verdict' and reason = its ->> 'reason' then since end, looked),
    status = its
  where mac = who and its is not null
    and case when stream = flow then (number, observed) <= (place, looked)
      else coalesce(observed <= looked, true) end;
  return 204;
end
$$;

-- Events older than so many days go. Of each Mac the newest status before that day stays, so that there is
-- always something to tell how it was; its newest status of all stands in "mac" and never goes.
create or replace function tidy(days integer default 90) returns bigint
language sql security definer set search_path = kextwatch, pg_temp as $$
  delete from stream where heard < now() - make_interval(days => days)
    and not exists (select from mac where mac.mac = stream.mac and mac.stream = stream.stream);
  with gone as (
    delete from event old where received < now() - make_interval(days => days)
      and (verdict is null or exists (
        select from event newer where newer.mac = old.mac and newer.verdict is not null
          and newer.received < now() - make_interval(days => days) and (newer.at, newer.id) > (old.at, old.id)))
    returning 1)
  select count(*) from gone;
$$;

-- ---------------------------------------------------------------- what the operator asks

-- Each Mac as it is. "watch" tells whether its status is to be relied on: live; silent for three heartbeats;
-- stopped on purpose; no heartbeat: none ever came, so that silence says nothing.
create or replace view macs as
select mac, status #>> '{device,computerName}' computer, verdict, reason, since,
  case when type = 'org.kextwatch.agent.stopping' then 'stopped'
    when interval_seconds is null then 'no heartbeat'
    when heard < now() - 3 * make_interval(secs => interval_seconds) then 'silent'
    else 'live' end watch,
  heard, status ->> 'summary' summary, status ->> 'advice' advice, status #> '{device,labels}' labels, status
from mac;

-- Which are at risk now: why, since when, what to do, whose they are.
create or replace view at_risk as
select mac, computer, reason, since, date_trunc('second', now() - since) lasts, advice, labels, watch, heard, summary
from macs where verdict = 'at_risk' order by since;

-- Which may be dead, and which ended on purpose.
create or replace view silent as
select mac, computer, heard, date_trunc('second', now() - heard) lasts, verdict, reason, labels
from macs where watch = 'silent' order by heard;

create or replace view stopped as
select macs.mac, computer, heard, verdict, reason, labels,
  (select body #>> '{data,cause}' from event where event.mac = macs.mac and type = 'org.kextwatch.agent.stopping'
    order by at desc limit 1) cause
from macs where watch = 'stopped' order by heard;

-- How many Macs are how.
create or replace view reasons as
select verdict, reason, watch, count(*) macs from macs group by verdict, reason, watch order by macs desc;

-- Which numbers are missing, and what explains it: the Mac's own word (evicted, rejected, corrupt);
-- "before the first": this receiver came later; "not here yet": a heartbeat tells of them, they wait on the Mac;
-- null: nothing does.
create or replace view gaps as
with missing as (
  select mac, stream, lower(numbers) first, coalesce(upper(numbers), 1) ended,
    int8multirange(int8range(1, greatest(upper(numbers), announced + 1))) - numbers missing
  from stream
), told as (
  select mac, stream, reason, range_agg(numbers) numbers from dropped group by mac, stream, reason
), part as (
  select mac, stream, reason explanation, missing * numbers numbers from missing join told using (mac, stream)
  union all
  select mac, stream, explanation,
    missing * int8multirange(numbers) - coalesce((select range_agg(r) from told, unnest(told.numbers) r
      where told.mac = missing.mac and told.stream = missing.stream), '{}')
  from missing, lateral (values
    ('before the first', int8range(1, first)),
    (null, int8range(coalesce(first, ended), ended)),
    ('not here yet', int8range(ended, null))) piece (explanation, numbers)
)
select mac, stream, lower(r) first, upper(r) - 1 last, upper(r) - lower(r) missing, explanation
from part, unnest(numbers) r order by mac, stream, first;

-- What became of one Mac: select * from history where mac = '…'
create or replace view history as
select event.mac, row_number() over (partition by event.mac order by coalesce(began, at), number nulls last, at) nth,
  at, received, type, verdict, reason, body #>> '{data,transition}' transition, body ->> 'text' text,
  body #> '{data,changes}' changes, event.stream, number, id
from event left join stream using (mac, stream) order by mac, nth;

-- How many Macs were how at the end of each of the last 90 days (UTC), and now.
create or replace view reasons_over_time as
with turn as (
  select mac, at, verdict, reason, lead(at, 1, 'infinity') over (partition by mac order by at, number) ended
  from event where verdict is not null
), day as (
  select day::date, least(day + interval '1 day', now()) moment
  from generate_series(date_trunc('day', now(), 'UTC') - interval '89 days', now(), interval '1 day') day
)
select day, verdict, reason, count(*) macs
from day join turn on at <= moment and moment < ended group by day, verdict, reason order by day, macs desc;

-- ---------------------------------------------------------------- who may what

-- Camel may hand in events and tidy, and see nothing. Whoever reads (a person, Grafana) becomes a member of "viewer".
do $$ begin
  if to_regrole('camel') is null then create role camel login; end if;
  if to_regrole('viewer') is null then create role viewer; end if;
end $$;
revoke execute on all functions in schema kextwatch from public;
grant usage on schema kextwatch to camel, viewer;
grant execute on function receive(text, text, text, bytea), tidy(integer) to camel;
grant select on all tables in schema kextwatch to viewer;
do $$ begin execute format('alter database %I set search_path = kextwatch, public', current_database()); end $$;
