-- CreateEnum
CREATE TYPE "generation_channel" AS ENUM ('text', 'reasoning');

-- AlterTable
ALTER TABLE "message" ADD COLUMN     "reasoning" TEXT;

-- AlterTable
ALTER TABLE "token_log" DROP CONSTRAINT "token_log_pkey",
ADD COLUMN     "channel" "generation_channel" NOT NULL DEFAULT 'text',
ADD CONSTRAINT "token_log_pkey" PRIMARY KEY ("message_id","channel","text_offset");
