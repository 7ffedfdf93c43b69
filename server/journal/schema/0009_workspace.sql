-- What an owner says of a workspace as a whole. confidential: its canvases stay on the screen (nothing goes to clipboards), guests come through
-- a lobby and are shown a notice unless a facilitator says otherwise, and exports say so.
ALTER TABLE workspace ADD COLUMN confidential boolean NOT NULL DEFAULT false;
