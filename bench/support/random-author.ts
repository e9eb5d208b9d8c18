// Author of a rating: one of many, as in an application with many users.
const authors = 10_000_000;

export function randomAuthor(): string {
  return `user-${Math.floor(Math.random() * authors)}`;
}
