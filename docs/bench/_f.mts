import { hostileText, seeded, tryText } from '../../tests/support/wiki-fuzz.ts';
const secs=Number(process.argv[2]); const seed0=Number(process.argv[3]??1);
const end=Date.now()+secs*1000; let n=0, worst=0, bad=0; let seed=seed0;
while(Date.now()<end && bad<8){ const r=seeded(seed); const {text,strict}=hostileText(r); const o={inline:r()<0.2,breaks:r()<0.5};
 try { const t=tryText(text,strict,o); n++; if(t.milliseconds>worst){worst=t.milliseconds; console.log('worst',seed,text.length,worst|0,JSON.stringify(text.slice(0,60)))}
 if(t.faults.length||t.milliseconds>1000){bad++; let s=text; 
   // shrink
   if(t.faults.length){ for(let chunk=Math.ceil(s.length/2);chunk>=1&&s.length<200000;chunk=chunk>1?Math.ceil(chunk/2):0){ for(let i=0;i<s.length;){ const c=s.slice(0,i)+s.slice(i+chunk); if(tryText(c,strict,o).faults.length) s=c; else i+=chunk; } if(chunk===1)break;} }
   console.log('BAD',seed,o,t.faults.slice(0,2),tryText(s,strict,o).faults.slice(0,2),JSON.stringify(s.slice(0,300)), s.length);} }
 catch(e){bad++;console.log('THROW',seed,(e as Error).stack?.slice(0,400),JSON.stringify(text.slice(0,200)))}
 seed++; }
console.log(n,'texts, worst',worst|0,'ms');
