// Steps from this student to others. This page knows no other student, since it is handed out: the
// class page knows them, in the order and with the filters in which this page was opened.
(() => {
  const nav = document.querySelector('nav[aria-label="Report"]');
  const view = new URLSearchParams(location.search);
  const classPage = (more) => {
    const address = new URLSearchParams({ ...Object.fromEntries(view), ...more });
    return `../index.html${address.size ? `#${address}` : ""}`;
  };
  const steps = { all: {} };
  for (const go of ["previous", "next"]) steps[go] = { go, from: nav.dataset.student };
  const actions = {};
  for (const link of nav.querySelectorAll("a[data-step]")) {
    const { step, mistake, key } = link.dataset;
    const same = new URLSearchParams({ mistake: view.get("mistake") || mistake, ...steps.next });
    link.href = step === "same" ? `../index.html#${same}` : classPage(steps[step]);
    link.hidden = false;
    actions[key] = () => link.click();
  }
  withKeys(actions);
})();
