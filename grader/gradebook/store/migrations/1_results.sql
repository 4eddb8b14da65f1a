-- parts: what the run's grades rest on, by name, as JSON; finished: null where it was cut short.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,
    version TEXT NOT NULL,
    seed INTEGER NOT NULL,
    protection TEXT NOT NULL,
    parts TEXT NOT NULL
);
CREATE TABLE submissions (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    source TEXT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (student, source, content)
);
-- record: the whole result as JSON. valid: later runs on the same basis may take it over.
CREATE TABLE results (
    id INTEGER PRIMARY KEY,
    submission_id INTEGER NOT NULL REFERENCES submissions,
    run_id INTEGER NOT NULL REFERENCES runs,
    basis TEXT NOT NULL,
    seed INTEGER NOT NULL,
    valid INTEGER NOT NULL,
    assignment TEXT NOT NULL,
    status TEXT NOT NULL,
    score REAL,
    record TEXT NOT NULL
);
CREATE UNIQUE INDEX one_valid_result ON results (submission_id, basis) WHERE valid;
CREATE TABLE run_results (
    run_id INTEGER NOT NULL REFERENCES runs,
    result_id INTEGER NOT NULL REFERENCES results,
    PRIMARY KEY (run_id, result_id)
) WITHOUT ROWID;
CREATE TABLE verdicts (
    result_id INTEGER NOT NULL REFERENCES results,
    exercise TEXT NOT NULL,
    verdict TEXT NOT NULL,
    score REAL,
    max_score REAL NOT NULL,
    PRIMARY KEY (result_id, exercise)
) WITHOUT ROWID;
CREATE TABLE cases (
    result_id INTEGER NOT NULL,
    exercise TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    passed INTEGER,
    PRIMARY KEY (result_id, exercise, name),
    FOREIGN KEY (result_id, exercise) REFERENCES verdicts
) WITHOUT ROWID;
