// Sets the theme before the first paint. `src/shared/lib/theme.ts` writes the same key and sets the same classes.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; then the system's scheme decides.
  }
  var named = choice === "claude" || choice === "midnight" ? choice : null;
  var chosen = choice === "light" || choice === "dark" || named !== null;
  var dark = choice === "dark" || choice === "midnight" || (!chosen && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
  if (named !== null) document.documentElement.classList.add(named);
  // What `index.html` shows until the script runs is the landing page's.
  document.documentElement.classList.toggle("elsewhere", location.pathname !== "/");
})();
