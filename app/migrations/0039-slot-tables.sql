-- depends: 0038-substitutes

-- When goods are collected: windows of the shop's days, each with so many places. Staff writes down hours, and the windows
-- are worked out whenever they are read; there is a row for each of which a place was ever taken.

-- The plan has one version. So many days from today on have windows that can be ordered for.
CREATE TABLE slot_plan (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    days_ahead integer NOT NULL DEFAULT 14 CHECK (days_ahead BETWEEN 0 AND 31),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER slot_plan_stamp BEFORE UPDATE ON slot_plan FOR EACH ROW EXECUTE FUNCTION stamp_update();
INSERT INTO slot_plan DEFAULT VALUES;

-- Days that no weekday's hours hold on: they have their own, or none.
CREATE TABLE slot_exception (
    day date PRIMARY KEY
);

-- Hours of a weekday (1 is Monday), or of such a day, in windows of so many minutes. All are minutes of the clock, from 0 to
-- 1440; `cutoff` are minutes before a window's start. `place` is where in staff's list it stands: one place may have several
-- weekdays.
CREATE TABLE slot_hours (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place integer NOT NULL,
    weekday integer CHECK (weekday BETWEEN 1 AND 7),
    day date CONSTRAINT slot_hours_day_fkey REFERENCES slot_exception ON DELETE CASCADE,
    starts_on date,
    ends_on date,
    opens integer NOT NULL CHECK (opens >= 0),
    closes integer NOT NULL CHECK (closes <= 1440),
    minutes integer NOT NULL CHECK (minutes BETWEEN 15 AND 1440),
    capacity integer NOT NULL CHECK (capacity BETWEEN 1 AND 10000),
    cutoff integer NOT NULL CHECK (cutoff BETWEEN 0 AND 10080),
    CONSTRAINT slot_hours_kind_check CHECK (num_nonnulls(weekday, day) = 1),
    CONSTRAINT slot_hours_days_check CHECK (ends_on >= starts_on),
    CONSTRAINT slot_hours_windows_check CHECK (opens < closes AND (closes - opens) % minutes = 0),
    -- No two windows at one time: a window is known by its start.
    CONSTRAINT slot_hours_weekday_excl EXCLUDE USING gist (
        int4range(weekday, weekday, '[]') WITH &&, daterange(starts_on, ends_on, '[]') WITH &&, int4range(opens, closes) WITH &&)
        WHERE (weekday IS NOT NULL),
    CONSTRAINT slot_hours_day_excl EXCLUDE USING gist (
        daterange(day, day, '[]') WITH &&, int4range(opens, closes) WITH &&) WHERE (day IS NOT NULL)
);

-- How many purchases that were not cancelled a window has, and how many it might have had when it took the last one.
CREATE TABLE slot (
    starts_at timestamptz PRIMARY KEY,
    ends_at timestamptz NOT NULL,
    capacity integer NOT NULL,
    taken integer NOT NULL CHECK (taken >= 0),
    CONSTRAINT slot_ends_check CHECK (ends_at > starts_at),
    CONSTRAINT slot_full CHECK (taken <= capacity)
);
CREATE INDEX slot_ends_at ON slot (ends_at);

-- The window that a purchase is collected in, as it was then.
ALTER TABLE purchase ADD COLUMN slot_start timestamptz, ADD COLUMN slot_end timestamptz,
    ADD CONSTRAINT purchase_slot_check CHECK (num_nonnulls(slot_start, slot_end) <> 1) NOT VALID;
