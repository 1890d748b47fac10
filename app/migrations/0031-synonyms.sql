-- depends: 0030-prices

-- Groups of words that mean the same to the search, each as it was written and as search_words() makes it. A word is in one
-- group, so that a group is all that any of its words can stand for. The list has one version.
CREATE TABLE synonym_list (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER synonym_list_stamp BEFORE UPDATE ON synonym_list FOR EACH ROW EXECUTE FUNCTION stamp_update();
INSERT INTO synonym_list DEFAULT VALUES;

CREATE TABLE synonym (
    words text PRIMARY KEY CHECK (words <> ''),
    written text NOT NULL CHECK (length(written) BETWEEN 1 AND 40),
    number integer NOT NULL,
    place integer NOT NULL,
    CONSTRAINT synonym_place_key UNIQUE (number, place)
);
