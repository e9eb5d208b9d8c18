// The inverse of a small matrix.

/** Gauss-Jordan elimination with partial pivoting. @returns undefined if the matrix is singular */
export function invert(matrix: readonly Float64Array[]): Float64Array[] | undefined {
  const size = matrix.length;
  const rows = matrix.map((row, index) => {
    const wide = new Float64Array(2 * size);
    wide.set(row);
    wide[size + index] = 1;
    return wide;
  });
  for (let column = 0; column < size; column += 1) {
    const candidates = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const pivotIndex = column + candidates.indexOf(Math.max(...candidates));
    const [pivot, top] = [rows[pivotIndex], rows[column]];
    const value = pivot?.[column] ?? 0;
    if (pivot === undefined || top === undefined || !(Math.abs(value) > 1e-12)) return undefined;
    rows[pivotIndex] = top;
    rows[column] = pivot.map((cell) => cell / value);
    for (const [index, row] of rows.entries()) {
      const factor = row[column] ?? 0;
      if (index === column || factor === 0) continue;
      for (let cell = 0; cell < row.length; cell += 1) {
        row[cell] = (row[cell] ?? 0) - factor * (rows[column]?.[cell] ?? 0);
      }
    }
  }
  return rows.map((row) => row.slice(size));
}
