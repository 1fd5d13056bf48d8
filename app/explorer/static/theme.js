// Before anything is drawn: the colours that were chosen here before.
try {
    const chosen = localStorage.getItem("mieux-theme");
    if (chosen) document.documentElement.dataset.theme = chosen;
} catch {
    // Without storage, the system's preference holds.
}
