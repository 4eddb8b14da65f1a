import json, sys, time
from pathlib import Path
sys.path.insert(0,'tests')
from conftest import notebook
from grader.grading import Task, grade
from grader.submissions import Submission
import grader.grading as g
r=Path('.').resolve()
def run(path,n=5):
    ts=[]
    for _ in range(n):
        t=time.time(); res=grade(Task(r,Submission('s',path.name,path),'optimization_methods')).result; ts.append(time.time()-t)
    return [round(x,2) for x in ts], [(e.verdict.value,len(e.drawings)) for e in res.exercises], len(json.dumps(res.to_json()))
real=g.with_drawings
async def none(results,*a): return results
for name in ("wrong_bias_correction_missing","all_right_power","wrong_last_batch"):
    p=r/f'examples/submissions/{name}.ipynb'
    for label,f in (("with",real),("without",none)):
        g.with_drawings=f
        print(name,label,*run(p))
