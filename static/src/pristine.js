// Who is quick changes a form before the scripts of its page run, and a browser fills it in again after a reload:
// what a form held when it came stands in its attributes, not in what it shows.

/** The form as the server sent it: a copy that is not in the page. */
export function pristine(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return copy;
}
