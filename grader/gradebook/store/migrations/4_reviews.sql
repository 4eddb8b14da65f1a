-- Who reviewed a written answer, and the items of the rubric that hold, as JSON.
ALTER TABLE adjustments ADD COLUMN by_whom TEXT NOT NULL DEFAULT '';
ALTER TABLE adjustments ADD COLUMN items TEXT NOT NULL DEFAULT '[]';
