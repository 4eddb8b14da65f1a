-- Pictures of written answers; place: the number from 1 among those of the answer.
CREATE TABLE pictures (
    result_id INTEGER NOT NULL REFERENCES results,
    exercise TEXT NOT NULL,
    place INTEGER NOT NULL,
    media TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (result_id, exercise, place)
);
