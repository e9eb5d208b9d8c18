// Formats the SQL functions. With --check it lists the files that are not formatted, exits with 1, and writes nothing.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { formatFunctions } from './functions.ts';

const isCheck = process.argv.includes('--check');

function format(file: string): void {
  const sql = readFileSync(file, 'utf8');
  const formatted = formatFunctions(sql);
  if (formatted === sql) return;
  if (isCheck) {
    console.error(`${file} is not formatted. Run \`npm run fix\`.`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, formatted);
    console.log(`Formatted ${file}`);
  }
}

for (const file of globSync('prisma/functions/**/*.sql').sort()) {
  try {
    format(file);
  } catch (error) {
    console.error(`${file} cannot be formatted. ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
