/** Words that cannot be names of variables or properties; the designer refuses the whole paste (robin.md §2). */
const reserved: ReadonlySet<string> = new Set(
  `from to step end in then if else loop foreach while set wait next exit label goto call case default switch block
   error on not and or mod true false global disable function throw`.split(/\s+/),
);

export const isReserved = (word: string): boolean => reserved.has(word.toLowerCase());

/** Words that end or join expressions, and so can never be read as a variable, even leniently. */
const structural: ReadonlySet<string> = new Set(
  'from to step in then not and or mod if else loop foreach while set end'.split(' '),
);

export const isStructural = (word: string): boolean => structural.has(word.toLowerCase());
