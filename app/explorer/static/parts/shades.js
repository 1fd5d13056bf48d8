// @ts-check
/** Five shades for numbers of any spread: by rank among the values that occur, so that one outlier doesn't pale the rest. */

export const SHADES = 5;

/** A function from a value to its shade, 1 to 5. @param {number[]} values @returns {(value: number) => number} */
export function shadesOf(values) {
    const ranked = [...new Set(values)].sort((a, b) => a - b);
    const ranks = new Map(ranked.map((value, rank) => [value, Math.max(1, Math.ceil((SHADES * (rank + 1)) / ranked.length))]));
    if (ranked.length === 1) return () => SHADES - 2;
    return (value) => ranks.get(value) ?? 1;
}
