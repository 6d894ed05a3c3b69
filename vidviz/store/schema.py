"""The catalogue's tables. A change raises `SCHEMA_VERSION` and adds a step to `UPGRADES`; what was written stays.

A new catalogue takes the same steps as an old one, so that both end with the same tables.
"""

from __future__ import annotations

SCHEMA_VERSION = 4

TABLES = """
CREATE TABLE identity (
    id TEXT NOT NULL,                  -- tells workspaces apart that share a Milvus server
    revision INTEGER NOT NULL          -- rises with every change of videos, clips and labels
) STRICT;
INSERT INTO identity VALUES (lower(hex(randomblob(8))), 0);

CREATE TABLE video (
    id TEXT PRIMARY KEY,               -- SHA-256 of the content
    name TEXT NOT NULL,                -- the file's name as it was given: shown, never used as a path
    path TEXT NOT NULL,                -- where the bytes are: in the workspace, or the folder it was found in
    kept INTEGER NOT NULL,             -- 1 when the workspace holds the bytes itself
    size_bytes INTEGER NOT NULL,
    codec TEXT NOT NULL,
    container TEXT NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    rotation_degrees INTEGER NOT NULL,
    frame_rate REAL NOT NULL,
    variable_rate INTEGER NOT NULL,
    num_frames INTEGER NOT NULL,
    duration_seconds REAL NOT NULL,
    first_seconds REAL NOT NULL,
    has_audio INTEGER NOT NULL,
    browser_playable INTEGER NOT NULL,
    loss TEXT,                         -- what of the file could not be read, in a sentence
    added_at REAL NOT NULL
) STRICT;

CREATE TABLE source (                  -- every file that was ever offered, with what became of it
    path TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL,              -- ok, partial, duplicate, failed
    reason TEXT,
    video_id TEXT,
    size_bytes INTEGER NOT NULL,
    seen_at REAL NOT NULL
) STRICT;

CREATE TABLE label (
    video_id TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
    name TEXT NOT NULL,                -- 'label', or a further column of a label table
    value TEXT NOT NULL,
    PRIMARY KEY (video_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE clip (
    id INTEGER PRIMARY KEY,
    video_id TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
    recipe_key TEXT NOT NULL,
    start_seconds REAL NOT NULL,
    end_seconds REAL NOT NULL
) STRICT;
CREATE INDEX clip_by_recipe ON clip (recipe_key, video_id, start_seconds);
CREATE INDEX clip_by_video ON clip (video_id);

CREATE TABLE embedding_set (
    key TEXT PRIMARY KEY,
    backbone TEXT NOT NULL,
    weights TEXT NOT NULL,
    layer TEXT NOT NULL,
    pooling TEXT NOT NULL,
    recipe_key TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    precision TEXT NOT NULL,
    created_at REAL NOT NULL
) STRICT;

CREATE TABLE clip_failure (            -- clips of a set that could not be embedded
    set_key TEXT NOT NULL REFERENCES embedding_set(key) ON DELETE CASCADE,
    clip_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (set_key, clip_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,                -- import, embed, map
    title TEXT NOT NULL,
    arguments TEXT NOT NULL,           -- JSON
    state TEXT NOT NULL,               -- waiting, running, done, failed, cancelled, interrupted
    message TEXT NOT NULL DEFAULT '',
    pid INTEGER,
    pid_started REAL,                  -- when that process started: a process id alone is used again
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    rate REAL NOT NULL DEFAULT 0,      -- done per second
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    read INTEGER NOT NULL DEFAULT 0,   -- a person has put the finished job away
    created_at REAL NOT NULL,
    finished_at REAL
) STRICT;

CREATE TABLE job_item (                -- what an import did with each file, in order
    job_id INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    video_id TEXT,
    clips INTEGER NOT NULL,
    PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;
"""


def _raise_revision(*tables: str) -> str:
    """Triggers that count every change of these tables."""
    return "".join(
        f"CREATE TRIGGER {table}_{change} AFTER {change} ON {table} "  # noqa: S608 (names of ours)
        "BEGIN UPDATE identity SET revision = revision + 1; END;\n"
        for table in tables
        for change in ("insert", "update", "delete")
    )


TABLES += _raise_revision("video", "clip", "label")

ANNOTATIONS = """
CREATE TABLE clip_label (              -- what a person said of a clip, over the labels of its video
    clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,               -- '' says that the clip has none, whatever its video has
    PRIMARY KEY (clip_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE clip_tag (
    clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (clip_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE edit (                    -- the last edits of clip_label and clip_tag, for undo and redo
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,                -- label, tag, untag
    name TEXT NOT NULL,                -- the label column, or ''
    value TEXT NOT NULL,               -- of the label, which every clip has afterwards; or the tag
    num_clips INTEGER NOT NULL,        -- that it touched when it was made
    undone INTEGER NOT NULL DEFAULT 0,
    made_at REAL NOT NULL
) STRICT;

CREATE TABLE edit_clip (               -- the clips that an edit changed
    edit_id INTEGER NOT NULL REFERENCES edit(id) ON DELETE CASCADE,
    clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
    before TEXT,                       -- the value in clip_label, NULL where there was none
    PRIMARY KEY (edit_id, clip_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX edit_clip_by_clip ON edit_clip (clip_id);

CREATE TABLE selection (               -- selections that a URL can name
    key TEXT PRIMARY KEY,              -- 16 hexadecimal digits of the SHA-256 of clip_ids
    clip_ids BLOB NOT NULL,            -- sorted, each eight bytes, the lowest first
    kept_at REAL NOT NULL
) STRICT;

CREATE TABLE label_colour (            -- what a person chose, in place of the colour that a value has by itself
    name TEXT NOT NULL,                -- the label column, or whatever else points are grouped by
    value TEXT NOT NULL,
    colour TEXT NOT NULL,              -- #RRGGBB
    PRIMARY KEY (name, value)
) STRICT, WITHOUT ROWID;

-- Clips have a column of this name now.
UPDATE OR IGNORE label SET name = 'video tags' WHERE name = 'tags';
"""

SET_IDENTITY = """
-- Sets that were there before: spread over the clip, and nobody wrote down the preprocessing.
ALTER TABLE embedding_set ADD COLUMN sampling TEXT NOT NULL DEFAULT 'spread';
ALTER TABLE embedding_set ADD COLUMN preprocessing TEXT NOT NULL DEFAULT '';
"""

JOB_PROCESSES = """
ALTER TABLE job DROP COLUMN pid_started;
ALTER TABLE job ADD COLUMN process TEXT;  -- which process pid is: see process_identity
"""

FILE_STATES = """
ALTER TABLE video ADD COLUMN file_state TEXT NOT NULL DEFAULT '';  -- of the file when its content was last looked at
ALTER TABLE video ADD COLUMN replaced_by TEXT;  -- the video whose file lies in its place now

-- That a file is as it was changes no table that anybody reads.
DROP TRIGGER video_update;
CREATE TRIGGER video_update AFTER UPDATE OF id, name, path, kept, loss, replaced_by ON video
BEGIN UPDATE identity SET revision = revision + 1; END;
"""

WEIGHTS_FILES = """
CREATE TABLE weights_file (            -- where weights of one's own were when something was embedded with them
    identity TEXT NOT NULL,            -- file:<the first digits of the content's SHA-256>
    path TEXT NOT NULL,
    seen_at REAL NOT NULL,
    PRIMARY KEY (identity, path)
) STRICT, WITHOUT ROWID;
"""

REMOVALS = """
CREATE TABLE removal (                 -- what somebody removed, and can still take back
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,                -- file, video, clip, recipe, set, label, value, selection, job
    title TEXT NOT NULL,
    counts TEXT NOT NULL,              -- JSON: table -> how many of its rows went
    removed_at REAL NOT NULL
) STRICT;

CREATE TABLE removed_row (             -- the rows themselves, those that others refer to first
    removal_id INTEGER NOT NULL REFERENCES removal(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    content TEXT NOT NULL,             -- JSON: column -> value
    PRIMARY KEY (removal_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE gone_clip (               -- clips that were removed, whose vectors may still lie on the disk
    clip_id INTEGER PRIMARY KEY,
    recipe_key TEXT NOT NULL
) STRICT;

CREATE TRIGGER clip_gone AFTER DELETE ON clip
BEGIN INSERT OR REPLACE INTO gone_clip VALUES (OLD.id, OLD.recipe_key); END;
CREATE TRIGGER clip_back AFTER INSERT ON clip
BEGIN DELETE FROM gone_clip WHERE clip_id = NEW.id; END;
"""

UPGRADES = {
    1: ANNOTATIONS + _raise_revision("clip_label", "clip_tag"),
    2: SET_IDENTITY + JOB_PROCESSES + FILE_STATES + WEIGHTS_FILES,
    3: REMOVALS,
}
"""From version N to N + 1, as SQL."""
