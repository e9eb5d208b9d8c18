-- AlterEnum
ALTER TYPE "event_type" ADD VALUE 'UPDATE_CONVERSATION' BEFORE 'END_CONVERSATION';

-- CreateEnum
CREATE TYPE "signal_kind" AS ENUM ('regenerated', 'edited', 'stopped', 'ended', 'copied', 'shared', 'inserted', 'read_aloud');

-- AlterTable
ALTER TABLE "topic" ADD COLUMN     "suggested_tags" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "feedback" ADD COLUMN     "preferred_over" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "tied_with" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "conversation_feedback" (
    "conversation_id" TEXT COLLATE "C" NOT NULL,
    "username" TEXT NOT NULL,
    "source" "feedback_source" NOT NULL,
    "rating" "rating",
    "score" DOUBLE PRECISION,
    "comment" TEXT,
    "tags" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "conversation_feedback_pkey" PRIMARY KEY ("conversation_id","username","source")
);

-- CreateTable
CREATE TABLE "signal" (
    "message_id" TEXT COLLATE "C" NOT NULL,
    "signal" "signal_kind" NOT NULL,
    "username" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signal_pkey" PRIMARY KEY ("message_id","signal","username")
);

-- CreateTable: a page of a table of counts has room for the next versions of its rows.
CREATE TABLE "reply_rollup" (
    "topic" TEXT COLLATE "C" NOT NULL,
    "half_hour" TIMESTAMPTZ(3) NOT NULL,
    "model_id" TEXT COLLATE "C" NOT NULL,
    "replies" INTEGER NOT NULL,

    CONSTRAINT "reply_rollup_pkey" PRIMARY KEY ("topic","half_hour","model_id")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "signal_rollup" (
    "topic" TEXT COLLATE "C" NOT NULL,
    "half_hour" TIMESTAMPTZ(3) NOT NULL,
    "model_id" TEXT COLLATE "C" NOT NULL,
    "signal" "signal_kind" NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "signal_rollup_pkey" PRIMARY KEY ("topic","half_hour","model_id","signal")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "rating_rollup" (
    "topic" TEXT COLLATE "C" NOT NULL,
    "source" "feedback_source" NOT NULL,
    "tag" TEXT COLLATE "C" NOT NULL,
    "half_hour" TIMESTAMPTZ(3) NOT NULL,
    "model_id" TEXT COLLATE "C" NOT NULL,
    "records" INTEGER NOT NULL,
    "rated" INTEGER NOT NULL,
    "likes" INTEGER NOT NULL,
    "dislikes" INTEGER NOT NULL,
    "comments" INTEGER NOT NULL,
    "corrections" INTEGER NOT NULL,
    "scores" INTEGER NOT NULL,
    "score_sum" BIGINT NOT NULL,
    "score_squares" DECIMAL NOT NULL,
    "scores_0" INTEGER NOT NULL,
    "scores_1" INTEGER NOT NULL,
    "scores_2" INTEGER NOT NULL,
    "scores_3" INTEGER NOT NULL,
    "scores_4" INTEGER NOT NULL,
    "scores_5" INTEGER NOT NULL,
    "scores_6" INTEGER NOT NULL,
    "scores_7" INTEGER NOT NULL,
    "scores_8" INTEGER NOT NULL,
    "scores_9" INTEGER NOT NULL,

    CONSTRAINT "rating_rollup_pkey" PRIMARY KEY ("topic","source","tag","half_hour","model_id")
) WITH (fillfactor = 50);

-- CreateIndex
CREATE INDEX "feedback_created_at_message_id_username_source_idx" ON "feedback"("created_at", "message_id", "username", "source");

-- The choices between siblings, which a ranking of models is made of.
CREATE INDEX "feedback_choice_idx" ON "feedback"("message_id") WHERE "preferred_over" <> '{}' OR "tied_with" <> '{}';

-- Messages that begin a thread: the siblings of the first prompt.
CREATE INDEX "message_root_idx" ON "message"("conversation_id", "position") WHERE "parent_id" IS NULL;
