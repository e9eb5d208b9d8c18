// Claims each of the folders at its instant, together with its rivals, prints which ones
// it got, and lives until its stdin ends: the claims of a dead process are free again.
import { claimFolder } from '../../src/owner.ts';

const [startsAt = '', ...folders] = process.argv.slice(2);
const won: string[] = [];
for (const [index, folder] of folders.entries()) {
  const instant = Number(startsAt) + index * 15;
  while (Date.now() < instant);
  try {
    claimFolder(folder, folder);
    won.push(folder);
  } catch {
    // A rival was faster.
  }
}
console.log(JSON.stringify(won));
process.stdin.resume();
