import { published } from '../published.js';
import { type Labelled, labelled } from './labelled.js';

const ALTERNATION: readonly Labelled[] = [
  ['ab b', 'A | A B', ['A']],
  ['ab b', 'A B | A', ['AB']],
  ['ab ab', '(A | B){2}', ['AA']],
  ['ab ab', '(B | A){2}', ['BB']],
  ['ab b', '(A | B){2}', ['AB']],
  ['ab b', 'A | B $', ['A', 'B']],
  ['a bc c', 'A (B | ()) C', ['ABC']],
  ['a bc c', 'A (() | B) C', ['AC']],
  ['a bcd d', 'A (B C | B D | B)', ['ABD']],
  ['ab abc c', '(A | B) (B | C) C', ['ABC']],
  ['a b c', 'A (B | C) | A B C', ['AB']],
];

const QUANTIFIERS: readonly Labelled[] = [
  ['a ab b', 'A+ B', ['AAB']],
  ['a ab b', 'A+? B', ['AB']],
  ['a ab ab b', 'A+ B+', ['AAAB']],
  ['a ab ab b', 'A+? B+', ['ABBB']],
  ['a ab ab b', 'A+? B+?', ['AB', 'AB']],
  ['a ab ab b', 'A+ B+?', ['AAAB']],
  ['a a a a a', 'A{2,3}', ['AAA', 'AA']],
  ['a a a a a', 'A{2,3}?', ['AA', 'AA']],
  ['a a a a a', '(A{1,2}){1,2}', ['AAAA', 'A']],
  ['a a a a a', '(A{1,2}?){2}', ['AA', 'AA']],
  ['a a a a a', '(A{2}){1,2}', ['AAAA']],
  ['a b a', 'A*', ['A', null, 'A']],
  ['a b a', 'A*?', [null, null, null]],
  ['a b a', 'A?', ['A', null, 'A']],
  ['ab c ab', '((A | B) C?)*', ['ACA']],
  ['a ab b', '(A B?)+', ['AB']],
  ['a ab b c', '(A B?)+ C', ['AABC']],
  ['a ab ab b c', '(A B??)+ C', ['AAABC']],
  ['a bc bc', 'A B*? C*', ['ACC']],
  ['a bc bcd d', 'A (B | C)*? D', ['ABD']],
  ['a bc bcd d', 'A (B | C)* D', ['ABBD']],
  ['a b a b a', '(A B)+', ['ABAB']],
  ['a b a b a', '(A B)+ A', ['ABABA']],
  ['a b a b a', '(A B)+? A', ['ABA']],
  ['a a b', 'A{,1} B', ['AB']],
  ['a a b', 'A{3,} B', []],
];

const EMPTY_ITERATIONS: readonly Labelled[] = [
  ['a b', '(A?){2,} B', ['AB']],
  ['b', '(A?){2,} B', ['B']],
  ['a a a b', '(A?){2,} B', ['AAAB']],
  ['ab b', '(A??){2} B', ['B', 'B']],
  ['a b', '(A*)* B', ['AB']],
  ['a a b', '(A*)+ B', ['AAB']],
  ['a b', '((A?)*)* B', ['AB']],
  ['a b', '(A | ())* B', ['AB']],
  // The empty branch is preferred: the loop stops there, and B cannot take the first row. A is tried next.
  ['a b', '(() | A)* B', ['AB']],
  ['a b', 'A ()+ B', ['AB']],
  ['a b', 'A (){3} B', ['AB']],
  ['a b', '(A*?)*? B', ['AB']],
];

const PERMUTATIONS: readonly Labelled[] = [
  ['abc abc abc', 'PERMUTE(A, B, C)', ['ABC']],
  ['abc ac ab', 'PERMUTE(A, B, C)', ['ACB']],
  ['bc abc abc', 'PERMUTE(A, B, C)', ['BAC']],
  ['bc bc a', 'PERMUTE(A, B, C)', ['BCA']],
  ['c abc abc', 'PERMUTE(A, B, C)', ['CAB']],
  ['c b a', 'PERMUTE(A, B, C)', ['CBA']],
  ['abc abc abc', 'PERMUTE(C, B, A)', ['CBA']],
  ['ab ab ab', 'PERMUTE(A, B+)', ['ABB']],
  ['ab ab ab', 'PERMUTE(B+, A)', ['BBA']],
  ['ab ab ab', 'PERMUTE(A, B?) ', ['AB', 'A']],
  ['ab ab ab ab', 'PERMUTE(A, B){2}', ['ABAB']],
  ['b a a b', 'PERMUTE(A, B){2}', ['BAAB']],
  ['a b c a', 'PERMUTE(A, B C)', ['ABC']],
  ['b c a c', 'PERMUTE(A, B C)', ['BCA']],
  ['a b', 'PERMUTE(A)', ['A']],
  ['b a d', 'PERMUTE(A, (B | D))', ['BA']],
];

const ANCHORS: readonly Labelled[] = [
  ['a a', '^ A', ['A']],
  ['a b a a', 'A+ $', ['AA']],
  ['a b a a', '^ A+ $', []],
  ['a a', '^ A+ $', ['AA']],
  ['a a b', '(^ A | B)+', ['A', 'B']],
  ['a b', '^ (A | B)* $', ['AB']],
  ['a b', '(A $ | A B)', ['AB']],
  ['a', '(A $ | A)', ['A']],
];

published('ISO/IEC 9075-2, alternation', ALTERNATION.map(labelled));
published('ISO/IEC 9075-2, quantifiers', QUANTIFIERS.map(labelled));
published('ISO/IEC 9075-2, iterations that take no row', EMPTY_ITERATIONS.map(labelled));
published('ISO/IEC 9075-2, PERMUTE', PERMUTATIONS.map(labelled));
published('ISO/IEC 9075-2, anchors', ANCHORS.map(labelled));
