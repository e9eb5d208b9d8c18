-- CreateEnum
-- What became of an event that was to be appended: the first three are no refusals.
CREATE TYPE "append_outcome" AS ENUM ('APPENDED', 'REPLAYED', 'UNCHANGED', 'RETRY_NEXT_BATCH', 'APPEND_REFUSED', 'ID_TAKEN', 'NO_CONVERSATION', 'NO_MESSAGE', 'NO_PARENT', 'NOT_A_REPLY', 'ALREADY_FINAL', 'NOT_A_SIBLING', 'ENDED');

-- The fields of feedback, of a reply or of a conversation: the one definition in SQL. A field is added with
-- ALTER TYPE … ADD ATTRIBUTE, at the end.
CREATE TYPE "feedback_fields" AS (
    "rating" "rating",
    "score" DOUBLE PRECISION,
    "comment" TEXT,
    "tags" TEXT[],
    "correction" TEXT,
    "preferred_over" TEXT[],
    "tied_with" TEXT[]
);

-- An event that is to be appended, as the log writer gives it to append_events.
CREATE TYPE "append_item" AS (
    -- Events with the same number are appended together or not at all, and stand next to each other.
    "append" INTEGER,
    "id" TEXT,
    "type" "event_type",
    -- Of a START_CONVERSATION.
    "topic" TEXT,
    -- Null of an UPDATE_MESSAGE whose message is enough.
    "conversation_id" TEXT,
    "actor" TEXT,
    -- Whether the actor may write to conversations of others.
    "is_privileged" BOOLEAN,
    -- Whether feedback that changes nothing is left out of the log.
    "skips_unchanged" BOOLEAN,
    "payload" JSONB
);

-- An append_item, its conversation looked up, with what the items before it in its batch mean for it.
CREATE TYPE "annotated_item" AS (
    "append" INTEGER,
    "id" TEXT,
    "type" "event_type",
    "topic" TEXT,
    "conversation_id" TEXT,
    "actor" TEXT,
    "is_privileged" BOOLEAN,
    "skips_unchanged" BOOLEAN,
    "payload" JSONB,
    "position" BIGINT,
    -- Whether another append of the batch goes first.
    "must_wait" BOOLEAN,
    -- The topic of a conversation that starts earlier in the same append.
    "started_topic" TEXT,
    -- Ids of the messages that are added earlier in the same append.
    "added_message_ids" TEXT[]
);

-- The answer to one append_item.
CREATE TYPE "append_answer" AS (
    "outcome" "append_outcome",
    -- Of a refusal: the id that the broken rule is about.
    "detail" TEXT,
    "topic" TEXT,
    "conversation_id" TEXT,
    "offset" BIGINT,
    "version" INTEGER
);

-- AlterTable
ALTER TABLE "rating_rollup" ADD COLUMN     "score_histogram" INTEGER[];

UPDATE "rating_rollup" SET "score_histogram" = ARRAY["scores_0", "scores_1", "scores_2", "scores_3", "scores_4", "scores_5", "scores_6", "scores_7", "scores_8", "scores_9"];

ALTER TABLE "rating_rollup" DROP COLUMN "scores_0",
DROP COLUMN "scores_1",
DROP COLUMN "scores_2",
DROP COLUMN "scores_3",
DROP COLUMN "scores_4",
DROP COLUMN "scores_5",
DROP COLUMN "scores_6",
DROP COLUMN "scores_7",
DROP COLUMN "scores_8",
DROP COLUMN "scores_9";

-- Functions of version 0.1. Those of later versions carry a mark, and go when their file does.
DROP FUNCTION IF EXISTS append_events(jsonb), arrange_events(jsonb), check_choice(jsonb), check_event(jsonb, text[]), check_events(jsonb, text[]), check_lone_feedback(jsonb), count_feedback(rating, bigint, text, text), half_hour_of(timestamptz), project_choices(event[]), project_events(event[]), project_feedback(event[]), project_impressions(event[]), project_lone_feedback(event), project_replies(event[]), read_feedback(event[]);
