// Formats the SQL functions. With --check it lists the files that are not formatted, exits with 1, and writes nothing.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { formatFunctions } from './functions.ts';

const isCheck = process.argv.includes('--check');
for (const file of globSync('prisma/functions/**/*.sql').sort()) {
  const sql = readFileSync(file, 'utf8');
  const formatted = formatFunctions(sql);
  if (formatted === sql) continue;
  if (isCheck) {
    console.error(`${file} is not formatted. Run \`npm run fix\`.`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, formatted);
    console.log(`Formatted ${file}`);
  }
}
