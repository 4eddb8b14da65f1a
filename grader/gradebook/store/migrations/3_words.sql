-- What a wrong answer without a name does on all cases; key: the same where answers behave alike;
-- number: what people know it by, given when it is first shown.
CREATE TABLE behaviours (
    id INTEGER PRIMARY KEY,
    assignment TEXT NOT NULL,
    exercise TEXT NOT NULL,
    key TEXT NOT NULL,
    number INTEGER UNIQUE,
    UNIQUE (assignment, exercise, key)
);
CREATE TABLE result_behaviours (
    result_id INTEGER NOT NULL REFERENCES results,
    behaviour_id INTEGER NOT NULL REFERENCES behaviours,
    PRIMARY KEY (result_id, behaviour_id)
) WITHOUT ROWID;
CREATE INDEX results_by_behaviour ON result_behaviours (behaviour_id);
-- What a person says of all answers of a behaviour. Nothing is deleted.
CREATE TABLE words (
    id INTEGER PRIMARY KEY,
    behaviour_id INTEGER NOT NULL REFERENCES behaviours,
    title TEXT NOT NULL,
    explanation TEXT NOT NULL,
    made TEXT NOT NULL,
    undone TEXT
);
CREATE UNIQUE INDEX one_standing_title ON words (behaviour_id) WHERE undone IS NULL;
