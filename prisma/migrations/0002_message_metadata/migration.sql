-- AlterTable
ALTER TABLE "message" ADD COLUMN     "metadata" JSONB NOT NULL DEFAULT '{}';
