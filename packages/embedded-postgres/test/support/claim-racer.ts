// Claims each of the folders at the same instant as its rivals, prints the folders that it won, and lives until its
// stdin ends, because a claim is void once its process is dead.
import { claimFolder } from '../../src/owner.ts';

const [startsAt = '', ...folders] = process.argv.slice(2);
const wonFolders: string[] = [];
for (const [index, folder] of folders.entries()) {
  const instant = Number(startsAt) + index * 15;
  while (Date.now() < instant);
  try {
    claimFolder(folder, folder);
    wonFolders.push(folder);
  } catch {
    // A rival was faster.
  }
}
console.log(JSON.stringify(wonFolders));
process.stdin.resume();
