-- CreateIndex
CREATE INDEX "event_topic_type_offset_idx" ON "event"("topic", "type", "offset");
