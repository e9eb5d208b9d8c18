-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "event_type" AS ENUM ('START_CONVERSATION', 'ADD_MESSAGE', 'UPDATE_MESSAGE', 'END_CONVERSATION');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('system', 'user', 'assistant');

-- CreateEnum
CREATE TYPE "message_status" AS ENUM ('streaming', 'complete', 'stopped', 'interrupted', 'failed');

-- CreateEnum
CREATE TYPE "rating" AS ENUM ('like', 'dislike');

-- CreateEnum
CREATE TYPE "feedback_source" AS ENUM ('end_user', 'reviewer', 'judge');

-- CreateTable
CREATE TABLE "topic" (
    "name" TEXT COLLATE "C" NOT NULL,
    "next_offset" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "topic_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "event" (
    "id" TEXT COLLATE "C" NOT NULL,
    "topic" TEXT COLLATE "C" NOT NULL,
    "offset" BIGINT NOT NULL,
    "type" "event_type" NOT NULL,
    "conversation_id" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "actor" TEXT,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("topic","offset")
);

-- CreateTable
CREATE TABLE "conversation" (
    "id" TEXT COLLATE "C" NOT NULL,
    "topic" TEXT COLLATE "C" NOT NULL,
    "model_id" TEXT NOT NULL,
    "model_metadata" JSONB NOT NULL,
    "username" TEXT NOT NULL,
    "title" TEXT,
    "metadata" JSONB NOT NULL,
    "version" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" TEXT COLLATE "C" NOT NULL,
    "conversation_id" TEXT COLLATE "C" NOT NULL,
    "parent_id" TEXT COLLATE "C",
    "position" INTEGER NOT NULL,
    "role" "role" NOT NULL,
    "content" TEXT NOT NULL,
    "status" "message_status" NOT NULL,
    "error" TEXT,
    "model_id" TEXT,
    "parameters" JSONB,
    "finish_reason" TEXT,
    "usage" JSONB,
    "timings" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feedback" (
    "message_id" TEXT COLLATE "C" NOT NULL,
    "username" TEXT NOT NULL,
    "source" "feedback_source" NOT NULL,
    "rating" "rating",
    "score" DOUBLE PRECISION,
    "comment" TEXT,
    "tags" TEXT[],
    "correction" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feedback_pkey" PRIMARY KEY ("message_id","username","source")
);

-- CreateTable
CREATE TABLE "generation" (
    "message_id" TEXT COLLATE "C" NOT NULL,
    "node_id" TEXT COLLATE "C" NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "stop_requested" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "generation_pkey" PRIMARY KEY ("message_id")
);

-- CreateTable
CREATE TABLE "token_log" (
    "message_id" TEXT COLLATE "C" NOT NULL,
    "text_offset" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "token_log_pkey" PRIMARY KEY ("message_id","text_offset")
);

-- CreateIndex
CREATE UNIQUE INDEX "event_id_key" ON "event"("id");

-- CreateIndex
CREATE UNIQUE INDEX "event_conversation_id_version_key" ON "event"("conversation_id", "version");

-- CreateIndex
CREATE INDEX "conversation_topic_started_at_id_idx" ON "conversation"("topic", "started_at", "id");

-- CreateIndex
CREATE INDEX "conversation_username_started_at_id_idx" ON "conversation"("username", "started_at", "id");

-- CreateIndex
CREATE INDEX "conversation_started_at_id_idx" ON "conversation"("started_at", "id");

-- CreateIndex
CREATE INDEX "message_parent_id_idx" ON "message"("parent_id");

-- CreateIndex
CREATE UNIQUE INDEX "message_conversation_id_position_key" ON "message"("conversation_id", "position");

-- CreateIndex
CREATE INDEX "generation_node_id_idx" ON "generation"("node_id");

-- CreateIndex
CREATE INDEX "generation_lease_until_idx" ON "generation"("lease_until");


-- Only the replies that are being produced: what recovery looks through each second.
CREATE INDEX "message_streaming_idx" ON "message"("id") WHERE "status" = 'streaming';
