// Suggestions below the search box: a combobox with a list, as WAI-ARIA's authoring practices describe it. The form works without.

const PAUSE = 120; // milliseconds without a key before the shop is asked

const box = document.querySelector("input[data-suggestions]");
if (box) suggest(box);

function suggest(box) {
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.placeholder);
  list.hidden = true;
  box.form.append(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
    box.setAttribute(name, value);
  }
  let chosen = -1;
  let timer = 0;
  let asked = null;

  function show(items) {
    chosen = -1;
    list.replaceChildren(...items.map((item, place) => {
      const row = document.createElement("li");
      row.id = `suggestion-${place}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.textContent = item.text;
      row.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        take(item);
      });
      row.take = () => take(item);
      return row;
    }));
    list.hidden = items.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  }

  function take(item) {
    show([]);
    if (item.product) {
      location.assign(box.dataset.product + encodeURIComponent(item.product));
    } else {
      box.value = item.text;
      box.form.requestSubmit();
    }
  }

  function choose(step) {
    const rows = [...list.children];
    chosen = (chosen + step + rows.length + 1) % (rows.length + 1);
    rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === chosen)));
    const row = rows[chosen];
    if (row) box.setAttribute("aria-activedescendant", row.id);
    else box.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const typed = box.value.trim();
    if (!typed) return show([]);
    try {
      const answer = await fetch(`${box.dataset.suggestions}?q=${encodeURIComponent(typed)}`, { signal: asked.signal });
      if (answer.ok) show((await answer.json()).items);
    } catch (error) {
      // Of a letter that another one followed; or there is no network, and then no suggestion.
      if (error.name !== "AbortError") show([]);
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      choose(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Enter" && list.children[chosen]) {
      list.children[chosen].take();
      event.preventDefault();
    } else if (event.key === "Escape") {
      show([]);
    }
  });
  box.addEventListener("blur", () => show([]));
}
