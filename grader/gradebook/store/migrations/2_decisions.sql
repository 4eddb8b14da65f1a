-- What people decided. Nothing is deleted: a score that was taken back says when.
CREATE TABLE adjustments (
    id INTEGER PRIMARY KEY,
    assignment TEXT NOT NULL,
    student TEXT NOT NULL,
    exercise TEXT NOT NULL,
    score REAL NOT NULL,
    reason TEXT NOT NULL,
    made TEXT NOT NULL,
    undone TEXT
);
CREATE UNIQUE INDEX one_standing_adjustment
    ON adjustments (assignment, student, exercise) WHERE undone IS NULL;
CREATE TABLE remarks (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    remark TEXT NOT NULL,
    made TEXT NOT NULL
);
