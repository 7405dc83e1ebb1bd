/** Characters that a terminal obeys, or that show a text as another one: controls, and marks of no width. */
export const obeyed = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
